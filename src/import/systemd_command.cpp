// SPDX-License-Identifier: MIT
#include "import/systemd_command.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace asyncz {
namespace {

constexpr std::string_view blanks = " \t";

Error refused(std::string what, std::string hint = {})
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

// A command of a line, as words and as the shell would read them.
struct ExecCommand {
  std::vector<std::string> words;
  std::string shell_text;
  bool has_variables = false;
  bool splits = false;    // a variable stands for several words
  bool may_fail = false;  // `-`
};

// `a ; b` as its commands; a quoted `;` and `\;` are words.
std::vector<std::string_view> commands_in(std::string_view line)
{
  std::vector<std::string_view> commands;
  std::size_t begin = 0;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\') {
      ++i;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == ';') {
      const bool begins = i == 0 || blanks.find(line[i - 1]) != std::string_view::npos;
      const bool ends = i + 1 == line.size() || blanks.find(line[i + 1]) != std::string_view::npos;
      if (!begins || !ends) continue;
      commands.push_back(trimmed(line.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  commands.push_back(trimmed(line.substr(begin)));
  return commands;
}

bool is_name(std::string_view text)
{
  const auto ok = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') && std::ranges::all_of(text, ok);
}

// Reads the words of one command.
class ExecReader {
 public:
  explicit ExecReader(const UnitNames& names) : names_{names} {}

  Result<ExecCommand> read(std::string_view text)
  {
    auto expands = read_prefixes(text);
    if (!expands) return expands.error();
    auto words = unit_words(text);
    if (!words) return words.error();
    if (words->empty()) return refused("there is no command");
    for (auto& word : *words) {
      if (word == "\\;") word = ";";
      const auto whole = with_specifiers(word, names_);
      if (!whole) return whole.error();
      const bool literal = !*expands || command_.words.empty();
      const auto done = literal ? add_literal(*whole) : add_word(*whole);
      if (!done) return done.error();
    }
    return std::move(command_);
  }

 private:
  // Whether variables are replaced.
  Result<bool> read_prefixes(std::string_view& text)
  {
    bool expands = true;
    while (!text.empty() && std::string_view{"-@:+!|"}.find(text[0]) != std::string_view::npos) {
      if (text[0] == '-') {
        command_.may_fail = true;
      } else if (text[0] == ':') {
        expands = false;
      } else {
        return refused(
            fmt::format("a command with '{}' before it cannot be carried over", text[0]));
      }
      text = trimmed(text.substr(1));
    }
    return expands;
  }

  Status add_literal(const std::string& word)
  {
    append(word, shell_quoted(word));
    return {};
  }

  // `$NAME` alone is any number of words, `${NAME}` a part of one, `$$` a dollar sign.
  Status add_word(std::string_view word)
  {
    if (word.starts_with('$') && is_name(word.substr(1))) {
      command_.has_variables = command_.splits = true;
      append(std::string{word}, std::string{word});
      return {};
    }
    std::string plain;
    std::string text;
    while (!word.empty()) {
      const auto dollar = word.find('$');
      const auto before = word.substr(0, dollar);
      plain += before;
      if (!before.empty()) text += shell_quoted(before);
      if (dollar == std::string_view::npos) break;
      word.remove_prefix(dollar);
      auto taken = read_dollar(word, plain, text);
      if (!taken) return taken.error();
      word.remove_prefix(*taken);
    }
    append(plain, text.empty() ? "''" : text);
    return {};
  }

  // How long it is.
  Result<std::size_t> read_dollar(std::string_view word, std::string& plain, std::string& text)
  {
    if (word.starts_with("${")) {
      const auto end = word.find('}');
      if (end == std::string_view::npos || !is_name(word.substr(2, end - 2))) {
        return refused(fmt::format("{} names no variable", printable(word)));
      }
      command_.has_variables = true;
      plain += word.substr(0, end + 1);
      text += fmt::format("\"{}\"", word.substr(0, end + 1));
      return end + 1;
    }
    plain += '$';
    text += "'$'";
    return word.starts_with("$$") ? 2 : 1;
  }

  void append(std::string word, std::string_view text)
  {
    if (!command_.words.empty()) command_.shell_text += ' ';
    command_.shell_text += text;
    command_.words.push_back(std::move(word));
  }

  const UnitNames& names_;
  ExecCommand command_;
};

std::string shell_line(const std::vector<ExecCommand>& commands)
{
  const bool splits = std::ranges::any_of(commands, &ExecCommand::splits);
  // A variable is split at blanks, but its parts are no patterns.
  std::string line = splits ? "set -f; " : "";
  for (const auto& command : commands) {
    if (&command != &commands.front()) line += " && ";
    const bool alone = commands.size() == 1;
    if (command.may_fail) {
      line += alone ? command.shell_text + " || :" : "{ " + command.shell_text + " || :; }";
    } else {
      line += (alone ? "exec " : "") + command.shell_text;
    }
  }
  return line;
}

// Keys that stand for commands, in the order in which these run.
constexpr std::array<std::string_view, 3> command_keys{"ExecStartPre", "ExecStart",
                                                       "ExecStartPost"};

// What keeps a service of this kind from being a task; empty where nothing does.
std::string obstacle(const Unit& service, std::string_view type)
{
  constexpr std::array<std::string_view, 5> known{"simple", "exec", "oneshot", "idle", "notify"};
  if (std::ranges::find(known, type) == known.end()) {
    return fmt::format("a service of type {} does not end with its command", printable(type));
  }
  if (type == "oneshot") return {};
  if (settings_of(service, "Service", "ExecStart").size() > 1) {
    return "only a oneshot service has several commands";
  }
  if (!settings_of(service, "Service", "ExecStartPost").empty()) {
    return "ExecStartPost runs beside the command, which has no counterpart";
  }
  return {};
}

}  // namespace

std::optional<UnitCommand> command_of(const Unit& service, const UnitNames& names,
                                      std::vector<UnitRemark>& problems)
{
  const auto problems_before = problems.size();
  const auto* const type = setting_of(service, "Service", "Type");
  const auto starts = settings_of(service, "Service", "ExecStart");
  const auto why = obstacle(service, type == nullptr ? "simple" : type->value);
  if (!why.empty()) {
    const auto* const blamed = type != nullptr ? type : starts.empty() ? nullptr : starts.front();
    problems.push_back({blamed != nullptr ? blamed->place : names.unit, refused(why)});
  }
  std::vector<ExecCommand> commands;
  for (const auto key : command_keys) {
    for (const auto* const setting : settings_of(service, "Service", key)) {
      for (const auto text : commands_in(setting->value)) {
        auto command = ExecReader{names}.read(text);
        if (command) {
          commands.push_back(std::move(*command));
        } else {
          problems.push_back({setting->place, command.error().in(key)});
        }
      }
    }
  }
  if (const auto* const condition = setting_of(service, "Service", "ExecCondition")) {
    problems.push_back({condition->place, refused("ExecCondition has no counterpart",
                                                  "let the command look for itself")});
  }
  if (starts.empty()) problems.push_back({names.unit, refused("there is no ExecStart")});
  if (problems.size() > problems_before) return std::nullopt;
  const bool plain = commands.size() == 1 && !commands[0].has_variables && !commands[0].may_fail;
  if (plain) return UnitCommand{std::move(commands[0].words), false};
  return UnitCommand{{shell_line(commands)}, true};
}

}  // namespace asyncz
