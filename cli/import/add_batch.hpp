// SPDX-License-Identifier: MIT
// `add --batch`: a task for each line of JSON.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "task/task.hpp"

#include <string>

namespace asyncz::cli {

struct Batch {
  Task defaults;     // what the lines do not say
  std::string file;  // `-` is standard input
  bool replace = false;
  bool dry_run = false;
};

// Prints the ids in the order of the lines. A line that cannot be added is named on stderr, the
// others are added, and the exit status is 1.
//   usage  the file cannot be read
Result<ExitStatus> add_batch(Context& context, const Batch& batch);

}  // namespace asyncz::cli
