// SPDX-License-Identifier: MIT
// Tasks as commands show them.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "cli/terminal/table.hpp"
#include "task/lifecycle.hpp"
#include "task/stored_task.hpp"
#include "time/zone.hpp"
#include "vault/vault.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// What an instance of a task is doing now.
struct InstanceStatus {
  std::string id;
  TaskState state = TaskState::scheduled;
  Instant scheduled;                     // the due time that it runs for
  std::optional<Instant> next_run_time;  // nothing while it runs
};

// What a task is doing now, its instances included: it is running, retrying or due where one of
// them is, and its next run may be one of theirs. What is paused or waits for others stays so.
struct TaskStatus {
  TaskState state = TaskState::scheduled;
  TaskState own = TaskState::scheduled;  // apart from its instances
  std::optional<Instant> next_run_time;
  std::vector<InstanceStatus> instances;  // those that are in the store
};

// Asks the store who holds the task, and its instances, only where somebody may.
TaskStatus status_of(Vault& vault, const StoredTask& task, Instant now);

[[nodiscard]] Tone tone_of(TaskState state);

// The last run of a task or of its instances, which only the history knows. Nothing where there was
// none; what cannot be read is passed over.
[[nodiscard]] std::optional<LastRun> last_run_of(Vault& vault, const StoredTask& task);

// The same for many tasks: the history is read once, and only where one of them has instances; no
// more of it than the newest `most` runs.
class LastRuns {
 public:
  static constexpr auto all = std::numeric_limits<std::size_t>::max();
  explicit LastRuns(Vault& vault, std::size_t most = all)  // vault: borrowed
      : vault_{vault}, most_{most}
  {
  }

  [[nodiscard]] std::optional<LastRun> of(const StoredTask& task);

 private:
  Vault& vault_;
  std::size_t most_;
  std::optional<std::map<std::string, LastRun>> read_;
};

// The task in `list --json` and `show --json`: every field, and what asyncz knows beside them.
[[nodiscard]] ValueMap task_document(const StoredTask& task, const TaskStatus& status,
                                     const std::optional<LastRun>& last, const Zone& zone,
                                     Instant now, bool reveal);

// The same for one that cannot be read.
[[nodiscard]] ValueMap unreadable_document(std::string_view id, const Error& error);

// The same for one that has left the store, as far as the history knows it: what it came to last,
// and the task itself where that was no success.
[[nodiscard]] ValueMap gone_document(const Run& last, const Zone& zone, Instant now, bool reveal);

// The command as a shell would read it.
[[nodiscard]] std::string command_text(const Task& task);

// How far away, for people: `in 5m`, `3d ago`, `now`.
[[nodiscard]] std::string distance_text(Instant instant, Instant now);

}  // namespace asyncz::cli
