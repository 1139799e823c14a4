// SPDX-License-Identifier: MIT
#include "cli/parser.hpp"

#include "base/hint.hpp"
#include "base/text.hpp"
#include "cli/declarations.hpp"

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

using Words = std::vector<std::string>;

bool looks_like_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

// Arguments as the parser wants them: options in front, words behind.
struct Division {
  Words options;                               // and words between them
  Words rest;                                  // what no option is looked for in
  std::optional<std::string> flag_with_value;  // which no flag takes
};

// Whether the argument after this one is its value.
bool takes_next(const Declarations& declared, const std::string& argument)
{
  const OptionRow* row = declared.find(argument);
  if (row != nullptr) return !row->is_flag();
  // Flags may stand before an option in one argument: `-vQ mail`.
  if (argument.starts_with("--") || argument.size() < 3) return false;
  for (std::size_t i = 1; i < argument.size(); ++i) {
    const OptionRow* letter = declared.find(std::string{'-', argument[i]});
    if (letter == nullptr) return false;
    if (!letter->is_flag()) return i + 1 == argument.size();
  }
  return false;
}

// Ends at `--`, or where a command line of its own begins. `--option=` becomes `--option` and an
// empty word, because CLI11 takes it for an option without a value.
Division divide(const Declarations& declared, std::span<const std::string> arguments)
{
  const bool own_line = declared.words() && declared.words()->command_line;
  Division parts;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      parts.rest.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      return parts;
    }
    if (own_line && !looks_like_option(argument)) {
      parts.rest.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
      return parts;
    }
    const auto equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
    const OptionRow* row = declared.find(std::string_view{argument}.substr(0, equals));
    if (equals != std::string::npos && row != nullptr && row->is_flag()) {
      parts.flag_with_value = argument.substr(0, equals);
    }
    if (equals != std::string::npos && equals + 1 == argument.size()) {
      parts.options.push_back(argument.substr(0, argument.size() - 1));
      parts.options.emplace_back();
      continue;
    }
    parts.options.push_back(argument);
    if (takes_next(declared, argument) && i + 1 < arguments.size()) {
      parts.options.push_back(arguments[++i]);
    }
  }
  return parts;
}

void add_option(CLI::App& app, const OptionRow& row)
{
  const std::string names = joined(row.names, ",");
  if (auto* const* flag = std::get_if<bool*>(&row.into)) {
    app.add_flag(names, **flag);
    return;
  }
  const auto store = [&row](const CLI::results_t& results) {
    if (const auto* one = std::get_if<std::optional<std::string>*>(&row.into)) {
      **one = results.back();
    } else {
      *std::get<std::vector<std::string>*>(row.into) = results;
    }
    return true;
  };
  // Without extra arguments, so that CLI11 does not take a value such as `[a,b]` apart.
  app.add_option(names, store)
      ->type_size(1)
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// The options that these arguments may name. CLI11 is given no others, because it compares each
// one with all that it has: with every option of `add` that took longer than all the rest of it.
std::vector<const OptionRow*> named_options(const Declarations& declared, const Words& arguments)
{
  std::vector<const OptionRow*> named;
  const auto add = [&](const std::string& name) {
    const OptionRow* row = declared.find(name);
    if (row != nullptr && std::ranges::find(named, row) == named.end()) named.push_back(row);
  };
  for (const std::string& argument : arguments) {
    if (!looks_like_option(argument)) continue;
    if (argument.starts_with("--")) {
      add(argument.substr(0, argument.find('=')));
      continue;
    }
    for (const char letter : argument.substr(1)) add({'-', letter});
  }
  return named;
}

Error unknown_option(std::string_view argument, const Declarations& declared)
{
  const std::string_view name = argument.substr(0, argument.find('='));
  std::vector<std::string_view> known;
  for (const OptionRow& row : declared.options()) {
    known.insert(known.end(), row.names.begin(), row.names.end());
  }
  const auto meant = did_you_mean(name, known);
  return {ErrorKind::usage, fmt::format("unknown option {}", printable(name)),
          hint_at(meant, "--help lists the options")};
}

Error value_missing(std::string_view message)
{
  const std::string_view name = message.substr(0, message.find(':'));
  return {ErrorKind::usage, fmt::format("option {} needs a value", printable(name)), ""};
}

// What is left over are the words; an option among them is one that nobody knows.
Result<Words> read_options(const Declarations& declared, Words arguments)
{
  CLI::App app;
  app.set_help_flag("");
  app.allow_extras();
  for (const OptionRow* row : named_options(declared, arguments)) add_option(app, *row);
  try {
    std::ranges::reverse(arguments);  // CLI11 wants them so
    app.parse(std::move(arguments));
  } catch (const CLI::ArgumentMismatch& error) {
    return value_missing(error.what());
  } catch (const CLI::Error& error) {
    return Error{ErrorKind::usage, printable(error.what()), ""};
  }
  Words left = app.remaining();
  const auto stray = std::ranges::find_if(left, looks_like_option);
  if (stray != left.end()) return unknown_option(*stray, declared);
  return left;
}

Status check_choices(const Declarations& declared)
{
  for (const OptionRow& row : declared.options()) {
    const auto* into = std::get_if<std::optional<std::string>*>(&row.into);
    if (row.choices.empty() || into == nullptr || !**into) continue;
    const std::string& word = ***into;
    if (std::ranges::find(row.choices, word) != row.choices.end()) continue;
    const std::vector<std::string_view> known{row.choices.begin(), row.choices.end()};
    const auto meant = did_you_mean(word, known);
    return Error{ErrorKind::usage,
                 fmt::format("{} takes {}, not {}", row.long_name(), row.metavar,
                             shell_quoted(printable(word))),
                 hint_at(meant)};
  }
  return {};
}

Status check_words(const Declarations& declared, const Words& words)
{
  const auto& row = declared.words();
  const std::size_t most = row ? row->most : 0;
  if (words.size() > most) {
    return Error{ErrorKind::usage,
                 fmt::format("unexpected word {}", shell_quoted(printable(words[most]))), ""};
  }
  if (row && words.size() < row->least) {
    return Error{ErrorKind::usage, fmt::format("{} is missing", row->metavar),
                 "--help shows what is expected"};
  }
  return {};
}

Result<const CommandRow*> find_command(std::string_view name)
{
  std::vector<std::string_view> known;
  for (const CommandRow& row : commands()) {
    if (row.name == name) return &row;
    known.push_back(row.name);
  }
  const auto meant = did_you_mean(name, known);
  return Error{ErrorKind::usage,
               fmt::format("there is no command {}", shell_quoted(printable(name))),
               hint_at(meant, "asyncz help lists the commands")};
}

// The place of the command's name: the first word that is neither a global option nor its value.
std::size_t command_place(const Declarations& globals, std::span<const std::string> arguments)
{
  std::size_t i = 0;
  while (i < arguments.size() && looks_like_option(arguments[i])) {
    if (arguments[i] == "--") return arguments.size();
    i += takes_next(globals, arguments[i]) ? 2 : 1;
  }
  return std::min(i, arguments.size());
}

// The first option before the command's name that is no global one. What follows it may be its
// value, so that nothing can be said of a command then.
std::optional<std::string> stray_option(const Declarations& globals,
                                        std::span<const std::string> arguments, std::size_t place)
{
  for (std::size_t i = 0; i < place; ++i) {
    const std::string& argument = arguments[i];
    const bool whole = argument.starts_with("--") || argument.size() == 2;
    const auto name = std::string_view{argument}.substr(0, argument.find('='));
    if (whole && argument != "--" && globals.find(name) == nullptr) return argument;
    if (takes_next(globals, argument)) ++i;
  }
  return std::nullopt;
}

Color color_of(const std::optional<std::string>& word)
{
  if (word == "always") return Color::always;
  return word == "never" ? Color::never : Color::automatic;
}

Status fill(const Declarations& declared, std::span<const std::string> arguments, bool& help)
{
  Division parts = divide(declared, arguments);
  if (parts.flag_with_value) {
    return Error{ErrorKind::usage, fmt::format("option {} takes no value", *parts.flag_with_value),
                 ""};
  }
  Result<Words> words = read_options(declared, std::move(parts.options));
  if (!words) return words.error();
  if (help) return {};
  if (declared.behind_dashes() != nullptr) {
    *declared.behind_dashes() = std::move(parts.rest);
  } else {
    words->insert(words->end(), parts.rest.begin(), parts.rest.end());
  }
  if (const Status checked = check_choices(declared); !checked) return checked;
  if (const Status checked = check_words(declared, *words); !checked) return checked;
  if (declared.words()) *declared.words()->into = std::move(*words);
  return {};
}

}  // namespace

Result<Invocation> parse(std::span<const std::string> arguments)
{
  GlobalOptions given;
  Declarations globals;
  declare_globals(globals, given);
  const std::size_t place = command_place(globals, arguments);

  Invocation invocation;
  Words line{arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(place)};
  Declarations declared;
  if (place < arguments.size()) {
    if (const auto stray = stray_option(globals, arguments, place)) {
      return unknown_option(*stray, globals);
    }
    const auto row = find_command(arguments[place]);
    if (!row) return row.error();
    invocation.row = *row;
    invocation.command = invocation.row->make();
    invocation.command->declare(declared);
    line.insert(line.end(), arguments.begin() + static_cast<std::ptrdiff_t>(place) + 1,
                arguments.end());
  }
  declare_globals(declared, given);

  if (const Status filled = fill(declared, line, given.help); !filled) return filled.error();
  invocation.globals = std::move(given.globals);
  invocation.globals.color = color_of(given.color);
  if (given.help) invocation.wish = Invocation::Wish::help;
  if (given.version) invocation.wish = Invocation::Wish::version;
  return invocation;
}

}  // namespace asyncz::cli
