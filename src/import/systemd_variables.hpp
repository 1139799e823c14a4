// SPDX-License-Identifier: MIT
// The variables of a service's commands: Environment=, EnvironmentFile= and UnsetEnvironment=.
#pragma once

#include "import/systemd_task.hpp"

#include <string_view>

namespace asyncz {

// Adds those of a line, each a word `NAME=VALUE`.
//   usage  a word is something else, or cannot be read
Status add_variables(Task& task, std::string_view line, const UnitNames& names);

// Adds those of a file, and says whether it was there: one with `-` before its name may be missing.
//   usage, and whatever reading it gives
Result<bool> add_file_of_variables(Task& task, std::string_view name, const TimerUnits& units);

// Takes away those that a line names, also from what the worker would give.
//   usage  the line cannot be read
Status remove_variables(Task& task, std::string_view line);

}  // namespace asyncz
