// SPDX-License-Identifier: MIT
// Asking for runs to be stopped, and ending what dead workers have left behind.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "task/stored_task.hpp"
#include "task/worker_info.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// A run under way: the id that it is stored under (an instance's for an instance), and its fence.
struct RunUnderWay {
  std::string id;
  std::uint64_t fence = 0;

  [[nodiscard]] std::string run_id() const;
};

// The worker that says it runs this, or nullptr.
[[nodiscard]] const WorkerInfo* worker_of(const RunUnderWay& run,
                                          const std::vector<WorkerInfo>& workers);

// The runs of a task and of its instances that somebody has begun and nobody has settled.
Result<std::vector<RunUnderWay>> runs_under_way(Vault& vault, const StoredTask& task);

// Writes into the task that this run is to be stopped; its worker will see it. Durable on return.
//   not_found  it has ended meanwhile
Status request_cancel(Vault& vault, const RunUnderWay& run);

// Whether this process belongs to a live worker of this host.
Result<bool> is_served_here(Vault& vault, int pid);

// Ends the processes that hold this task though their worker has died: politely first, and by force
// when the task's kill_grace is over. A run may hand its lock to any process that takes it, so they
// are ended as the task's user could end them, and no others. A line for each, also for one that is
// left alone.
Result<std::vector<std::string>> end_leftovers(OpenStore& open, const Task& task,
                                               const std::string& id, Instant now);

}  // namespace asyncz::cli
