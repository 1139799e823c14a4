// SPDX-License-Identifier: MIT
// Tasks as TOML: `[tasks.ID]` tables with the fields of a task.
#pragma once

#include "base/result.hpp"
#include "task/fields.hpp"
#include "task/task.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// A task as a file declares it.
struct DeclaredTask {
  Task task;                    // its name is empty where the file gives none
  Trigger later;                // the same trigger read at another time (schedule/anchor.hpp)
  std::set<std::string> named;  // the fields that the file names
  std::string place;            // FILE:LINE
};

struct DeclaredTasks {
  std::vector<DeclaredTask> tasks;  // each validates
  std::vector<Error> problems;      // FILE:LINE of all that cannot be read as a task
};

// What a table does not name is as in `base`.
//   usage  the text is no TOML: file, line, column
Result<DeclaredTasks> read_declared_tasks(std::string_view text, std::string_view name,
                                          const Task& base, Instant now);

// The table of one task; read_declared_tasks gives the task back, where `reveal` has not masked it.
[[nodiscard]] std::string task_toml(const Task& task, const FieldContext& context, bool reveal);

}  // namespace asyncz
