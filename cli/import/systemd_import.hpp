// SPDX-License-Identifier: MIT
// `import --systemd`: a timer unit with its service unit becomes a task.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"

#include <string>

namespace asyncz::cli {

// Prints the id of a task that was added. What cannot be carried over is named by file and line,
// and the exit status is then 1; the task is added all the same where its schedule and its command
// are whole.
//   usage  a unit cannot be read
Result<ExitStatus> import_timer(Context& context, const std::string& file, bool dry_run);

}  // namespace asyncz::cli
