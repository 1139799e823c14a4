// SPDX-License-Identifier: MIT
// How things stand in a store: its tasks, queues, workers, and what went wrong last.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "cli/command.hpp"
#include "cli/views/task_view.hpp"
#include "task/lifecycle.hpp"
#include "task/run.hpp"
#include "task/worker_info.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace asyncz::cli {

using StateCounts = std::map<TaskState, std::int64_t>;

struct QueueStatus {
  StateCounts states;
  std::optional<Instant> oldest_due;
  std::optional<QueuePause> pause;
};

// A task and its next run time.
struct TaskAt {
  std::string id;
  std::string name;
  std::string queue;
  std::string timezone;
  Instant at;
};

struct StoreStatus {
  std::string store;  // its URL
  StateCounts states;
  std::map<std::string, QueueStatus> queues;  // those that have tasks or are paused
  std::optional<TaskAt> oldest_due;
  std::optional<TaskAt> next;  // the first that is not due yet
  std::vector<WorkerInfo> workers;
  std::vector<Run> failures;  // the latest first

  [[nodiscard]] std::int64_t tasks() const;
};

// Tasks that cannot be read are counted as such. `see` is told of all others.
using SeeTask = std::function<void(const StoredTask&, const TaskStatus&)>;
Result<StoreStatus> read_status(OpenStore& open, Instant now, const SeeTask& see = {});

// The same without what went wrong, which has to be searched for in the history.
Result<StoreStatus> read_present_status(OpenStore& open, Instant now, const SeeTask& see = {});

// The document of `status --json`.
[[nodiscard]] Value status_value(const StoreStatus& status);

// The same for people, a line each.
[[nodiscard]] std::string status_text(const Context& context, const StoreStatus& status,
                                      Instant now);

}  // namespace asyncz::cli
