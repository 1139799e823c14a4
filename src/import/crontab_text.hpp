// SPDX-License-Identifier: MIT
// Tasks as a crontab, and what a crontab cannot say of them.
#pragma once

#include "task/task.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace asyncz {

using CrontabSettings = std::map<std::string, std::string>;

// Variables that all of these tasks have with the same value: the settings at a crontab's top.
[[nodiscard]] CrontabSettings common_settings(std::span<const Task> tasks);

// `NAME="value"`, a line each.
[[nodiscard]] std::string settings_text(const CrontabSettings& settings);

struct CrontabText {
  std::string lines;              // empty: this task cannot be in a crontab
  std::vector<std::string> lost;  // fields that the lines do not carry, or why there are none
};

struct CrontabStyle {
  bool reveal = false;              // else the rest of the environment, and the input, are left out
  std::optional<std::string> user;  // a column with the user, and who it is where a task names none
};

// The lines of one task below `settings`.
[[nodiscard]] CrontabText crontab_text(const Task& task, const CrontabSettings& settings,
                                       const CrontabStyle& style);

}  // namespace asyncz
