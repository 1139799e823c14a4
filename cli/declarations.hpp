// SPDX-License-Identifier: MIT
// The options that a command has declared, as rows: the parser, the help and the completion read
// the same ones.
#pragma once

#include "cli/command.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace asyncz::cli {

// The words of a metavar such as `bash|zsh|fish`, which the completion
// offers; none of any other.
[[nodiscard]] std::vector<std::string> alternatives(std::string_view metavar);

// An option. Where its value goes says whether it is a flag, takes a value, or may be repeated.
struct OptionRow {
  std::vector<std::string> names;  // as written, `-Q` before `--queue`
  std::variant<bool*, std::optional<std::string>*, std::vector<std::string>*> into;
  std::string metavar;
  std::string help;
  std::vector<std::string> choices;  // which the parser insists on; empty: any text
  WordKind kind = WordKind::text;

  [[nodiscard]] bool is_flag() const { return into.index() == 0; }
  [[nodiscard]] std::string_view long_name() const { return names.back(); }
};

// The words that follow the options.
struct WordsRow {
  std::string metavar;
  std::vector<std::string>* into = nullptr;
  std::size_t least = 0;
  std::size_t most = 0;
  std::string help;
  WordKind kind = WordKind::text;
  bool command_line = false;  // begins with the first word that is no option, and ends at the end

  // The alternatives for the first word, where only the others are of `kind`; else none.
  [[nodiscard]] std::vector<std::string> first_words() const;
};

class Declarations final : public Options {
 public:
  void flag(std::string_view names, bool& into, std::string_view help) override;
  void value(std::string_view names, std::optional<std::string>& into, std::string_view metavar,
             std::string_view help, WordKind kind) override;
  void values(std::string_view names, std::vector<std::string>& into, std::string_view metavar,
              std::string_view help, WordKind kind) override;
  void choice(std::string_view names, std::optional<std::string>& into,
              std::vector<std::string> words, std::string_view help) override;
  void words(std::string_view metavar, std::vector<std::string>& into, std::size_t least,
             std::size_t most, std::string_view help, WordKind kind) override;
  void behind_dashes(std::vector<std::string>& into) override { behind_dashes_ = &into; }
  void command_line(std::string_view metavar, std::vector<std::string>& into,
                    std::string_view help) override;

  [[nodiscard]] const std::vector<OptionRow>& options() const { return options_; }
  [[nodiscard]] const std::optional<WordsRow>& words() const { return words_; }

  [[nodiscard]] std::vector<std::string>* behind_dashes() const { return behind_dashes_; }

  // The option of this name (`--queue`, `-Q`), or null.
  [[nodiscard]] const OptionRow* find(std::string_view name) const;

 private:
  std::vector<OptionRow> options_;
  std::optional<WordsRow> words_;
  std::vector<std::string>* behind_dashes_ = nullptr;
};

// The options that every command takes, and where they go.
struct GlobalOptions {
  Globals globals;
  std::optional<std::string> color;
  bool help = false;
  bool version = false;
};

void declare_globals(Options& options, GlobalOptions& into);

}  // namespace asyncz::cli
