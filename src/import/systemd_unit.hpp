// SPDX-License-Identifier: MIT
// Unit files of systemd as systemd.syntax(7) has them: text in, settings out.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// `Key=value` in a section. A long line that `\` continues is one setting, its parts joined by a
// blank.
struct UnitSetting {
  std::string section;
  std::string key;
  std::string value;
  std::string place;  // FILE:LINE
};

// What is to be said about a place of a unit file.
struct UnitRemark {
  std::string place;
  Error error;
};

struct Unit {
  std::vector<UnitSetting> settings;  // in order, drop-ins behind the file itself
  std::vector<UnitRemark> problems;   // lines that are no settings
};

// Adds what a unit file, or a drop-in of it, says.
void read_unit(Unit& unit, std::string_view text, std::string_view file);

// The settings of one key that count: those behind the last empty one, which takes back what came
// before it.
[[nodiscard]] std::vector<const UnitSetting*> settings_of(const Unit& unit,
                                                          std::string_view section,
                                                          std::string_view key);

// The last of them, or null.
[[nodiscard]] const UnitSetting* setting_of(const Unit& unit, std::string_view section,
                                            std::string_view key);

// yes, true, on, 1 and their contraries.
[[nodiscard]] std::optional<bool> unit_boolean(std::string_view text);

// What the `%` of a unit's values stand for.
struct UnitNames {
  std::string unit;    // `backup@home.service`
  bool system = true;  // a unit of the system's manager, not of a user's
  std::string user;    // of the manager: root for the system's
  std::string uid;
  std::string home;
  std::string shell;
  std::string host;
  std::string machine_id;
  std::string runtime, state, cache, logs, configuration;  // the directories of %t %S %C %L %E
};

// The value with its specifiers replaced.
//   usage  one that is unknown, or that only a running systemd can tell
Result<std::string> with_specifiers(std::string_view value, const UnitNames& names);

// The words of a line: blanks separate them, quotes keep them together, C escapes are read.
//   usage  a quote that does not end, an unknown escape
Result<std::vector<std::string>> unit_words(std::string_view line);

}  // namespace asyncz
