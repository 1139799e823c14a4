// SPDX-License-Identifier: MIT
// Running a task out of turn: by an instance where it recurs, itself where it does not.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "task/run.hpp"
#include "task/stored_task.hpp"
#include "vault/vault.hpp"

#include <string>

namespace asyncz::cli {

// Adds one more run of a recurring task, paused or not, for a worker to take from `moment` on: the
// id of its instance.
//   conflict  there is one for this due time
Result<std::string> add_instance(Vault& vault, const StoredTask& task, Instant due, Instant moment);

// Makes it due at once, paused or not, whatever it waits for. A recurring task keeps its schedule
// and runs once more for the due time `due`. The id of what will run.
//   conflict  it is running; there is an instance for this due time
Result<std::string> run_now(OpenStore& open, const StoredTask& task, Instant due, Instant now);

// Whether what ended so can be tried again.
[[nodiscard]] bool is_failure(RunState state);

// The same for the due time of a run that did not succeed; a task that has left the store comes
// back. The id of what will run.
//   conflict   it did succeed; or as above
//   not_found  the history does not hold the task
Result<std::string> retry_run(OpenStore& open, const Run& run, Instant now);

}  // namespace asyncz::cli
