// SPDX-License-Identifier: MIT
// Hooks: shell commands that run once when the last attempt of a task has ended.
#pragma once

#include "task/run.hpp"
#include "task/task.hpp"

#include <string>
#include <vector>

namespace asyncz {

struct Hook {
  std::string name;  // of its field: `on_failure`
  std::string command;
};

[[nodiscard]] bool has_hooks(const Task& task);

// What is to run after `run`, the last attempt, in this order: on_success or on_failure, on_end. A
// run that was cancelled is neither a success nor a failure; times that did not run have no hooks.
[[nodiscard]] std::vector<Hook> hooks_of(const Task& task, const Run& run);

}  // namespace asyncz
