// SPDX-License-Identifier: MIT
// A task with what asyncz remembers of it between its runs: all that one sealed record holds.
#pragma once

#include "task/run.hpp"
#include "task/task.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace asyncz {

// The last thing that became of a task, kept beside it so that `list` need not read the history.
struct LastRun {
  std::uint64_t fence = 0;
  RunState state = RunState::succeeded;
  Instant scheduled;
  std::int32_t attempt = 1;
  std::optional<Instant> start;
  std::optional<Instant> end;
  std::optional<int> exit_status;
  std::optional<int> signal;

  friend bool operator==(const LastRun&, const LastRun&) = default;
};

// The boot of a host that a boot task last ran for (machine-id(5), random/boot_id).
struct BootMark {
  std::string machine_id;
  std::string boot_id;

  friend bool operator==(const BootMark&, const BootMark&) = default;
};

// Bookkeeping. `due` is a time of the schedule; `moment` is when a worker is needed: the due time
// plus jitter, or a retry's time; `never` while paused or waiting for other tasks; right before the
// due time where that was chosen of several that passed.
struct Progress {
  Instant created;
  std::int64_t revision = 0;        // of the write that sealed this
  std::uint64_t settled_fence = 0;  // of the last reservation that was settled
  std::optional<Instant> due;       // nothing for boot and shutdown, and when exhausted
  Instant moment = never;
  std::int32_t attempt = 1;  // of the next run; above 1 it is a retry
  std::optional<LastRun> last_run;
  std::vector<std::string> instances;  // ids of instances that may still exist
  std::vector<std::string> waiters;    // tasks whose `after` names this one; may name unknown ids
  std::vector<BootMark> boots;
  std::uint64_t cancel_fence = 0;  // the run with this fence is to be stopped, or not tried again
  bool remove_after_run = false;   // `remove` came while a run held it
  std::string paused_by;           // user@host and when, for `why`
  std::optional<Instant> paused_since;
  std::uint64_t zone_rules = 0;  // hash of the rules that `moment` was computed with

  friend bool operator==(const Progress&, const Progress&) = default;
};

struct StoredTask {
  Task task;
  Progress progress;

  // What the record's clear part says and this sealed part cannot know: the present revision and
  // fence. Not encoded. Reservations not yet settled: fence - progress.settled_fence.
  std::int64_t revision = 0;
  std::uint64_t fence = 0;
  std::uint32_t worker = 0;  // number of the worker that last reserved it

  [[nodiscard]] bool reserved_or_interrupted() const { return fence != progress.settled_fence; }
  friend bool operator==(const StoredTask&, const StoredTask&) = default;
};

}  // namespace asyncz
