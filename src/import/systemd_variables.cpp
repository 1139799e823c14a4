// SPDX-License-Identifier: MIT
#include "import/systemd_variables.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace asyncz {

Status add_variables(Task& task, std::string_view line, const UnitNames& names)
{
  const auto words = unit_words(line);
  if (!words) return words.error();
  for (const auto& word : *words) {
    const auto whole = with_specifiers(word, names);
    if (!whole) return whole.error();
    const auto equals = whole->find('=');
    if (equals == 0 || equals == std::string::npos) {
      return Error{ErrorKind::usage, fmt::format("{} is not NAME=VALUE", printable(*whole)), {}};
    }
    task.env[whole->substr(0, equals)] = whole->substr(equals + 1);
  }
  return {};
}

Result<bool> add_file_of_variables(Task& task, std::string_view name, const TimerUnits& units)
{
  const bool may_lack = name.starts_with('-');
  if (may_lack) name.remove_prefix(1);
  const auto file = with_specifiers(name, units.names);
  if (!file) return file.error();
  const auto content = units.read(*file);
  if (!content && may_lack) return false;
  if (!content) return content.error();
  Unit variables;
  read_unit(variables, "[_]\n" + *content, *file);
  if (!variables.problems.empty()) return variables.problems.front().error;
  for (const auto& variable : variables.settings) {
    const bool plain = variable.value.find_first_of("\"'\\") == std::string::npos;
    const auto words = plain ? std::vector{variable.value} : unit_words(variable.value);
    if (!words) return words.error();
    task.env[variable.key] = joined(*words, " ");
  }
  return true;
}

Status remove_variables(Task& task, std::string_view line)
{
  const auto words = unit_words(line);
  if (!words) return words.error();
  for (const auto& word : *words) {
    task.env.erase(word);
    task.unset_env.push_back(word);
  }
  return {};
}

}  // namespace asyncz
