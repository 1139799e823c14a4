// SPDX-License-Identifier: MIT
#include "cli/help.hpp"

#include "base/text.hpp"
#include "cli/declarations.hpp"
#include "cli/terminal/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr std::size_t help_column = 30;
constexpr std::size_t line_width = 80;

// `-Q, --queue NAME`, long options below each other.
std::string head_of(const OptionRow& row)
{
  std::string head = row.names.front().starts_with("--") ? "    " : "";
  head += joined(row.names, ", ");
  if (!row.is_flag()) head += ' ' + row.metavar;
  return head;
}

// A term and its explanation, which is wrapped in a column of its own.
void append_entry(std::string& text, std::string_view head, std::string_view explanation)
{
  std::string line = fmt::format("  {}", head);
  if (width_of(line) + 2 > help_column) {
    text += line + '\n';
    line.clear();
  }
  line.append(help_column - width_of(line), ' ');
  std::string_view separator;
  for (const std::string_view word : split(explanation, ' ')) {
    if (width_of(line) + separator.size() + width_of(word) > line_width) {
      text += line + '\n';
      line.assign(help_column, ' ');
      separator = "";
    }
    line.append(separator).append(word);
    separator = " ";
  }
  text += line + '\n';
}

void append_options(std::string& text, std::string_view title, const Declarations& declared)
{
  if (declared.options().empty()) return;
  fmt::format_to(std::back_inserter(text), "\n{}:\n", title);
  for (const OptionRow& row : declared.options()) append_entry(text, head_of(row), row.help);
}

void append_globals(std::string& text)
{
  GlobalOptions into;
  Declarations globals;
  declare_globals(globals, into);
  append_options(text, "Everywhere", globals);
}

std::string usage_of(const CommandRow& row, const Declarations& declared)
{
  std::string usage = fmt::format("asyncz {}", row.name);
  if (!declared.options().empty()) usage += " [OPTION…]";
  const auto& words = declared.words();
  if (!words) return usage;
  if (words->command_line) return usage + fmt::format(" [--] {}", words->metavar);
  const std::string_view more = words->most > 1 ? "…" : "";
  const char* form = words->least == 0 ? " [{}{}]" : " {}{}";
  return usage + fmt::format(fmt::runtime(form), words->metavar, more);
}

}  // namespace

std::string help_text(const CommandRow& row)
{
  const auto command = row.make();
  Declarations declared;
  command->declare(declared);
  std::string text = fmt::format("Usage: {}\n\n{}.\n", usage_of(row, declared), row.summary);
  if (declared.words() && !declared.words()->help.empty()) {
    text += '\n';
    append_entry(text, declared.words()->metavar, declared.words()->help);
  }
  append_options(text, "Options", declared);
  append_globals(text);
  return text;
}

std::string help_text()
{
  std::string text =
      "Usage: asyncz [OPTION…] COMMAND …\n\n"
      "Runs commands at the right time, once, and never forgets one.\n\nCommands:\n";
  for (const CommandRow& row : commands()) append_entry(text, row.name, row.summary);
  append_globals(text);
  return text + "\nasyncz help COMMAND explains a command.\n";
}

}  // namespace asyncz::cli
