// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cli/completion/completion.hpp"
#include "cli/declared_command.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace asyncz::cli {
namespace {

constexpr std::string_view head = R"--(#compdef asyncz
# zsh completion of asyncz
_asyncz_column() {
  local -a found=(${(f)"$(asyncz list 2>/dev/null | cut -f $1 | sort -u)"})
  compadd -a found
}
_asyncz_tasks() { _asyncz_column 1 }
_asyncz_queues() { _asyncz_column 4 }

_asyncz() {
  local context state line
  local -a commands globals
)--";

constexpr std::string_view middle = R"(
  _arguments -C $globals '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
)";

constexpr std::string_view tail = R"(      esac ;;
  esac
}
_asyncz "$@"
)";

// A text inside single quotes and a specification of _arguments.
std::string escaped(std::string_view text)
{
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action(WordKind kind, const std::vector<std::string>& choices)
{
  switch (kind) {
    case WordKind::text:
      return "";
    case WordKind::task:
    case WordKind::run:
      return "_asyncz_tasks";
    case WordKind::queue:
      return "_asyncz_queues";
    case WordKind::file:
    case WordKind::store:
      return "_files";
    case WordKind::directory:
      return "_files -/";
    case WordKind::choice:
      return fmt::format("({})", joined(choices, " "));
  }
  return "";
}

// `'--queue[help]:QUEUE:_asyncz_queues'`, one for each name.
void append_option(std::string& text, const OptionRow& row, std::string_view indent)
{
  const bool repeated = std::holds_alternative<std::vector<std::string>*>(row.into);
  for (const std::string& name : row.names) {
    fmt::format_to(std::back_inserter(text), "{}'{}{}[{}]", indent, repeated ? "*" : "", name,
                   escaped(row.help));
    if (!row.is_flag()) {
      fmt::format_to(std::back_inserter(text), ":{}:{}", escaped(row.metavar),
                     action(row.kind, alternatives(row.metavar)));
    }
    text += "'";
  }
}

}  // namespace

std::string zsh_completion()
{
  GlobalOptions into;
  Declarations globals;
  declare_globals(globals, into);
  std::string text{head};
  text += "  globals=(";
  for (const OptionRow& row : globals.options()) append_option(text, row, "\n    ");
  text += "\n  )\n  commands=(";
  for (const CommandRow& row : commands()) {
    fmt::format_to(std::back_inserter(text), "\n    '{}:{}'", row.name, escaped(row.summary));
  }
  text += "\n  )";
  text += middle;
  for (const DeclaredCommand& each : declared_commands()) {
    fmt::format_to(std::back_inserter(text), "        {}) _arguments $globals", each.row->name);
    for (const OptionRow& row : each.declared.options())
      append_option(text, row, " \\\n          ");
    const auto& words = each.declared.words();
    if (each.row->name == "help") {
      text += " '1:command:->command'; _describe command commands";
    } else if (words && words->command_line) {
      text += " \\\n          '*::command:_normal'";
    } else if (words) {
      if (const auto first = words->first_words(); !first.empty()) {
        fmt::format_to(std::back_inserter(text), " \\\n          '1:{}:({})'",
                       escaped(words->metavar), joined(first, " "));
      }
      fmt::format_to(std::back_inserter(text), " \\\n          '*:{}:{}'", escaped(words->metavar),
                     action(words->kind, alternatives(words->metavar)));
    }
    text += " ;;\n";
  }
  return text + std::string{tail};
}

}  // namespace asyncz::cli
