// SPDX-License-Identifier: MIT
// What a user's TASK or RUN names: a task of the store, a run, or what the history remembers.
#pragma once

#include "base/result.hpp"
#include "task/run.hpp"
#include "vault/vault.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asyncz::cli {

// A task that is in the store or has left its runs in the history.
struct NamedTask {
  std::string id;
  bool stored = false;
};

// A run that has ended, or that goes on.
struct NamedRun {
  std::string task;
  std::uint64_t fence = 0;
  std::optional<Run> ended;
  std::string stored_as;  // of one that goes on: the task's id, or that of an instance of it

  [[nodiscard]] std::string id() const { return task + "." + std::to_string(fence); }
};

// `text` is an id, or at least 4 characters that only one id begins with; first of a task in the
// store, then of one in the history.
//   not_found  nothing is called so, or several are, some of which are named
Result<NamedTask> resolve_task(Vault& vault, std::string_view text);

// `text` is a task (its latest run, also one that goes on), TASK~N (the N-th before the latest) or
// TASK.FENCE. A task whose id it is exactly wins, then a run whose id it is, then what it begins.
//   not_found  as above; or the task has no such run
Result<NamedRun> resolve_run(Vault& vault, std::string_view text);

// The run that `text`, TASK.FENCE, TASK~N or the id of an instance that has ended, names, where it
// is no task's id: for commands that take a task as well.
//   not_found  there is such a task, but no such run
Result<std::optional<NamedRun>> resolve_run_alone(Vault& vault, std::string_view text);

}  // namespace asyncz::cli
