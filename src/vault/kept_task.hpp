// SPDX-License-Identifier: MIT
// A task that the history keeps, so that it can be added again.
#pragma once

#include "base/result.hpp"
#include "task/run.hpp"
#include "task/stored_task.hpp"

#include <string>

namespace asyncz {

// For Run::task_record. What was remembered between its runs is not kept.
[[nodiscard]] std::string kept_task(const Task& task);

// Whether the history is to keep `task`, which leaves the store with this run: a one-shot that did
// not succeed and that nobody removed. What an instance runs is its task's.
[[nodiscard]] bool is_kept(const StoredTask& task, RunState state);

// The task that the run keeps, to be added once more: due at once, waiting for nobody.
//   not_found  it keeps none
//   corrupt
Result<StoredTask> task_kept_by(const Run& run, Instant now);

}  // namespace asyncz
