// SPDX-License-Identifier: MIT
// Tasks as commands show them.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "cli/table.hpp"
#include "store/store.hpp"
#include "task/lifecycle.hpp"
#include "task/stored_task.hpp"
#include "time/zone.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace asyncz::cli {

// What a task is doing now.
struct TaskStatus {
  TaskState state = TaskState::scheduled;
  std::optional<Instant> next_run_time;
};

// Asks the store who holds the task, and its instances, only where somebody may.
TaskStatus status_of(Store& store, const StoredTask& task, Instant now);

[[nodiscard]] Tone tone_of(TaskState state);

// The task in `list --json` and `show --json`: every field, and what asyncz knows beside them.
[[nodiscard]] ValueMap task_document(const StoredTask& task, const TaskStatus& status,
                                     const Zone& zone, Instant now, bool reveal);

// The same for one that cannot be read.
[[nodiscard]] ValueMap unreadable_document(std::string_view id, const Error& error);

// The command as a shell would read it.
[[nodiscard]] std::string command_text(const Task& task);

// How far away, for people: `in 5m`, `3d ago`, `now`.
[[nodiscard]] std::string distance_text(Instant instant, Instant now);

}  // namespace asyncz::cli
