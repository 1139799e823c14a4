// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cli/completion/completion.hpp"
#include "cli/declared_command.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace asyncz::cli {
namespace {

constexpr std::string_view head = R"(# fish completion of asyncz
function __asyncz_column
    asyncz list 2>/dev/null | cut -f $argv[1] | sort -u
end
complete -c asyncz -f
)";

std::string quoted(std::string_view text)
{
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string arguments(WordKind kind, const std::vector<std::string>& choices)
{
  switch (kind) {
    case WordKind::text:
      return "";
    case WordKind::task:
    case WordKind::run:
      return " -a '(__asyncz_column 1)'";
    case WordKind::queue:
      return " -a '(__asyncz_column 4)'";
    case WordKind::file:
    case WordKind::store:
      return " -F";
    case WordKind::directory:
      return " -a '(__fish_complete_directories)'";
    case WordKind::choice:
      return fmt::format(" -a {}", quoted(joined(choices, " ")));
  }
  return "";
}

void append_option(std::string& text, const OptionRow& row, std::string_view condition)
{
  text += "complete -c asyncz";
  if (!condition.empty()) fmt::format_to(std::back_inserter(text), " -n '{}'", condition);
  for (const std::string& name : row.names) {
    if (name.starts_with("--")) {
      text += " -l " + name.substr(2);
    } else {
      text += " -s " + name.substr(1);
    }
  }
  if (!row.is_flag()) text += " -r" + arguments(row.kind, alternatives(row.metavar));
  fmt::format_to(std::back_inserter(text), " -d {}\n", quoted(row.help));
}

// What stands where no option is completed.
void append_words(std::string& text, const WordsRow& words, std::string condition)
{
  if (const auto first = words.first_words(); !first.empty()) {
    const auto names = joined(first, " ");
    fmt::format_to(std::back_inserter(text),
                   "complete -c asyncz -n '{}; and not __fish_seen_subcommand_from {}' -a {}\n",
                   condition, names, quoted(names));
    condition += "; and __fish_seen_subcommand_from " + names;
  }
  const auto own = arguments(words.kind, alternatives(words.metavar));
  if (own.empty()) return;
  fmt::format_to(std::back_inserter(text), "complete -c asyncz -n '{}'{}\n", condition, own);
}

}  // namespace

std::string fish_completion()
{
  GlobalOptions into;
  Declarations globals;
  declare_globals(globals, into);
  std::string text{head};
  for (const OptionRow& row : globals.options()) append_option(text, row, "");
  for (const CommandRow& row : commands()) {
    fmt::format_to(std::back_inserter(text),
                   "complete -c asyncz -n __fish_use_subcommand -a {} -d {}\n", row.name,
                   quoted(row.summary));
  }
  for (const DeclaredCommand& each : declared_commands()) {
    const std::string condition = fmt::format("__fish_seen_subcommand_from {}", each.row->name);
    for (const OptionRow& row : each.declared.options()) append_option(text, row, condition);
    if (const auto& words = each.declared.words()) append_words(text, *words, condition);
  }
  return text;
}

}  // namespace asyncz::cli
