// SPDX-License-Identifier: MIT
// What a command is: its name, the options it declares, and what it does.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "config/settings.hpp"
#include "store/store.hpp"
#include "time/clock.hpp"
#include "vault/vault.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// What a word on the command line stands for; the completion offers candidates by it.
enum class WordKind : std::uint8_t { text, task, run, queue, file, directory, store, choice };

// Where a command declares its options. parser.cpp implements it with CLI11, completion/ prints it
// for a shell, and a test compares it with the man page: options are written down once.
//
// `into` keeps its value when the option is absent and must outlive the parse.
class Options {
 public:
  virtual ~Options() = default;

  // `names` as in "-Q,--queue".
  virtual void flag(std::string_view names, bool& into, std::string_view help) = 0;
  virtual void value(std::string_view names, std::optional<std::string>& into,
                     std::string_view metavar, std::string_view help,
                     WordKind kind = WordKind::text) = 0;
  // May be given several times.
  virtual void values(std::string_view names, std::vector<std::string>& into,
                      std::string_view metavar, std::string_view help,
                      WordKind kind = WordKind::text) = 0;
  // The last option decides to one of these words.
  virtual void choice(std::string_view names, std::optional<std::string>& into,
                      std::vector<std::string> words, std::string_view help) = 0;
  // The words after the options; `least` … `most` of them. Where the metavar names alternatives, as
  // `generate [FILE]|rotate` does, the first word is one of them, and `kind` that of the others.
  virtual void words(std::string_view metavar, std::vector<std::string>& into, std::size_t least,
                     std::size_t most, std::string_view help, WordKind kind = WordKind::text) = 0;
  // What stands behind `--` goes there, instead of among the words.
  virtual void behind_dashes(std::vector<std::string>& into) = 0;
  // Everything after `--` (or after the first word that is no option), untouched.
  virtual void command_line(std::string_view metavar, std::vector<std::string>& into,
                            std::string_view help) = 0;
};

enum class Color : std::uint8_t { automatic, always, never };

// The global options.
struct Globals {
  std::optional<std::string> store;
  std::optional<std::string> config;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  Color color = Color::automatic;
};

// How a store is to be opened by a command.
enum class Access : std::uint8_t {
  read,    // a missing store is exit 3, but the default one, which is then empty
  create,  // made where it is missing
  load,    // the same, and `memory:` is allowed too: the process fills it itself
};

// A store that is open, and what it took.
struct OpenStore {
  std::unique_ptr<Store> store;
  std::unique_ptr<KeySource> keys;
  std::unique_ptr<Vault> vault;
  std::string url;      // without secrets
  bool is_made = true;  // false: the default store, empty because nobody has made it yet
};

// All that a command may touch besides its own options.
class Context {
 public:
  virtual ~Context() = default;

  [[nodiscard]] virtual const Globals& globals() const = 0;
  // Read on first use.
  virtual Result<const Settings*> settings() = 0;
  virtual Result<OpenStore> open(Access access) = 0;
  // The same for a store that is not --store's (`migrate --to`).
  virtual Result<OpenStore> open(std::string_view name_or_url, Access access) = 0;
  [[nodiscard]] virtual const Clock& clock() const = 0;

  // stdout: what was asked for, and nothing else.
  // Buffered; `flush` shows it at once (on a terminal nothing is held back).
  virtual void out(std::string_view text) = 0;
  virtual void flush() {}
  // stderr: everything else; `note` is silent under --quiet.
  virtual void warn(std::string_view clause) = 0;
  virtual void note(std::string_view line) = 0;
  virtual void error(const Error& error) = 0;
  // On a terminal a line that the next one replaces, gone with an empty one; elsewhere, and under
  // --quiet, nothing.
  virtual void progress(std::string_view line) = 0;

  [[nodiscard]] virtual bool stdout_is_terminal() const = 0;
  [[nodiscard]] virtual bool stderr_is_terminal() const = 0;
  [[nodiscard]] virtual bool colored() const = 0;  // stdout
  // The width of stdout; 80 where neither the user nor the terminal tells, which is not known.
  [[nodiscard]] virtual std::optional<int> known_columns() const = 0;
  [[nodiscard]] int columns() const { return known_columns().value_or(80); }
  [[nodiscard]] virtual int rows() const = 0;
};

// How a command ended: an exit status of our own, or that of what it ran.
using ExitStatus = int;

class Command {
 public:
  virtual ~Command() = default;

  virtual void declare(Options& options) = 0;
  // An error is printed and becomes its exit status,
  virtual Result<ExitStatus> run(Context& context) = 0;
  // or this, where statuses tell of runs, so that none of ours is taken for one of theirs.
  [[nodiscard]] virtual std::optional<ExitStatus> failure_status() const { return std::nullopt; }
};

// A row of the table of commands (commands.cpp).
struct CommandRow {
  std::string_view name;
  std::string_view summary;  // one line, no full stop
  std::unique_ptr<Command> (*make)();
};

std::span<const CommandRow> commands();

}  // namespace asyncz::cli
