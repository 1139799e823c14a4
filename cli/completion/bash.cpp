// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cli/completion/completion.hpp"
#include "cli/declared_command.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace asyncz::cli {
namespace {

constexpr std::string_view head = R"(# bash completion of asyncz
_asyncz_column() { asyncz "${globals[@]}" list 2>/dev/null | cut -f "$1" | sort -u; }

_asyncz() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local command='' operands='' options='' words='' i
  local -a globals=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --store | --config) globals+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}"); ((i++)) ;;
      --color) ((i++)) ;;
      -*) ;;
      *) [[ $command ]] && operands=1; command=${command:-${COMP_WORDS[i]}} ;;
    esac
  done
  COMPREPLY=()
)";

constexpr std::string_view tail = R"(
  if [[ $word == -* ]]; then
    words=$options
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _asyncz asyncz
)";

constexpr std::string_view answer_file =
    "mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return";
constexpr std::string_view answer_directory =
    "mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); return";

// The shell text that fills `words`, or answers and returns.
std::string candidates(WordKind kind, const std::vector<std::string>& choices)
{
  switch (kind) {
    case WordKind::text:
      return "return";
    case WordKind::task:
    case WordKind::run:
      return "words=$(_asyncz_column 1)";
    case WordKind::queue:
      return "words=$(_asyncz_column 4)";
    case WordKind::file:
    case WordKind::store:
      return std::string{answer_file};
    case WordKind::directory:
      return std::string{answer_directory};
    case WordKind::choice:
      return fmt::format("words='{}'", joined(choices, " "));
  }
  return "";
}

std::string all_names(const Declarations& declared)
{
  std::string names;
  for (const OptionRow& row : declared.options()) {
    for (const std::string& name : row.names) names += (names.empty() ? "" : " ") + name;
  }
  return names;
}

// What an option takes is all there is to complete behind it.
void append_values(std::string& text, const Declarations& declared, std::string_view indent)
{
  std::string free_texts;
  for (const OptionRow& row : declared.options()) {
    if (row.is_flag()) continue;
    const std::string names = joined(row.names, " | ");
    if (row.kind == WordKind::text) {
      free_texts += (free_texts.empty() ? "" : " | ") + names;
      continue;
    }
    const std::string answer = candidates(row.kind, alternatives(row.metavar));
    const std::string_view end = answer.ends_with("return") ? "" : "; options=$words";
    fmt::format_to(std::back_inserter(text), "{}{}) {}{} ;;\n", indent, names, answer, end);
  }
  if (free_texts.empty()) return;
  fmt::format_to(std::back_inserter(text), "{}{}) return ;;\n", indent, free_texts);
}

// What stands where no option is completed.
std::string own_words(const Declarations& declared)
{
  const auto& words = declared.words();
  if (!words) return ":";
  if (words->command_line) return "words=$(compgen -c -- \"$word\")";
  if (words->kind == WordKind::text) return ":";
  const auto answer = candidates(words->kind, alternatives(words->metavar));
  const auto first = words->first_words();
  if (first.empty()) return answer;
  return fmt::format("if [[ $operands ]]; then {}; else words='{}'; fi", answer,
                     joined(first, " "));
}

void append_command(std::string& text, const DeclaredCommand& each)
{
  fmt::format_to(std::back_inserter(text), "    {})\n      options+=' {}'\n      case $before in\n",
                 each.row->name, all_names(each.declared));
  append_values(text, each.declared, "        ");
  fmt::format_to(std::back_inserter(text),
                 "        *) [[ $word == -* ]] || {{ {}; }} ;;\n      esac ;;\n",
                 own_words(each.declared));
}

}  // namespace

std::string bash_completion()
{
  GlobalOptions into;
  Declarations globals;
  declare_globals(globals, into);
  std::string names;
  for (const CommandRow& row : commands())
    names += std::string{names.empty() ? "" : " "} + std::string{row.name};

  std::string text{head};
  fmt::format_to(std::back_inserter(text), "  options='{}'\n  case $before in\n",
                 all_names(globals));
  for (const OptionRow& row : globals.options()) {
    if (row.is_flag()) continue;
    const std::string answer = candidates(row.kind, alternatives(row.metavar));
    const std::string_view end = answer.ends_with("return") ? "" : "; options=$words; command=-";
    fmt::format_to(std::back_inserter(text), "    {}) {}{} ;;\n", joined(row.names, " | "), answer,
                   end);
  }
  fmt::format_to(std::back_inserter(text),
                 "  esac\n  case $command in\n    -) ;;\n    '' | help) words='{}' ;;\n", names);
  for (const DeclaredCommand& each : declared_commands()) {
    if (each.row->name != "help") append_command(text, each);
  }
  return text + "  esac" + std::string{tail};
}

}  // namespace asyncz::cli
