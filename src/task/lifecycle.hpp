// SPDX-License-Identifier: MIT
// The life of a task as pure functions of task, progress and clock: what a worker does when it has
// reserved it, what follows when a run has ended, what `list` calls its state.
//
//   add ──plan──▶ scheduled ──due──▶ begin ──▶ run ──▶ finish ──▶ scheduled | retrying | gone
//                     ▲                 │                             │
//                     └── missed, skipped, instance added ◀───────────┘
//
// Nothing here waits, reads a clock or touches a store.
#pragma once

#include "base/result.hpp"
#include "task/stored_task.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

enum class TaskState : std::uint8_t {
  unreadable,
  running,
  paused,
  waiting,  // for other tasks
  retrying,
  due,  // overdue, and nobody has it
  scheduled,
};

[[nodiscard]] std::string_view task_state_text(TaskState state);

// The state of a readable task. `held`: somebody runs it or one of its instances.
[[nodiscard]] TaskState state_of(const StoredTask& task, bool held, Instant now);

// As asyncz-tasks(7) has it: the retry's time when retrying, the due time after the present run
// when running; nothing for a running one-shot, paused, waiting, boot and shutdown.
Result<std::optional<Instant>> next_run_time(const StoredTask& task, bool held, Instant now);

// Uniform random delay in [0, jitter]; injected so that tests know it.
using Random = std::function<double()>;  // in [0, 1)

// Sets due and moment of a new task, and of one whose schedule changed or that is resumed: counted
// from `now`, nothing made up. A one-shot whose time has passed is due at once.
//   usage  the schedule has nothing left to come; the trigger does not compile
Status plan(StoredTask& task, Instant now, const Random& random);

// What to do with a task that has just been reserved.
struct Beginning {
  // Run it now, for this due time.
  struct Start {
    Instant scheduled;
    std::int32_t attempt = 1;
  };
  std::optional<Start> start;

  // Add this first (a conflict means that it is there already), then settle with `stored`.
  std::optional<StoredTask> instance;

  std::vector<Run> records;  // for the history: missed, skipped, lost
  std::optional<Run> ended;  // the last attempt: of those, or of the history (its retry is dropped)
  // With overlap = replace: the oldest run among the task's instances is to be ended.
  bool replace_oldest = false;
  // The task as it is after that; when `start` is given it is the one to run and to give to
  // finish(). Nothing: it is to be removed (with `start`: never).
  std::optional<StoredTask> stored;
};

// What begin() wants to know of the world.
struct Surroundings {
  Instant now;
  BootMark host;  // this boot of this host
  // Whether an instance is still in the store.
  std::function<bool(std::string_view id)> exists;
  // Whether an instance has been added, be it that it has ended and left: asked when a reservation
  // was interrupted.
  std::function<Result<bool>(std::string_view id, Instant due)> was_added;
};

// Reservations before this one that were never settled (fence - settled_fence - 1, 0 when the last
// worker lived) were interrupted: by `delivery` the run is tried again, which counts as another
// attempt, or recorded as lost.
Result<Beginning> begin(const StoredTask& task, const Surroundings& around, const Random& random);

// The run that begins so, under the present reservation; its state is `running`.
[[nodiscard]] Run run_of(const StoredTask& task, const Beginning::Start& start);

// What follows from a run that has ended.
struct Ending {
  std::vector<Run> records;          // beside the run: skipped times that passed meanwhile
  std::optional<StoredTask> stored;  // nothing: remove the task
  bool final = false;                // no further attempt
};

// `task` is what begin() gave as `stored`, or the task as somebody edited it meanwhile; `run` is
// complete but for `task_record`. An edit counts from the next run on.
Result<Ending> finish(const StoredTask& task, const Run& run, Instant now, const Random& random);

// What follows from a run that was ended because its worker stops, though nothing was wrong with
// it: with at-least-once it is due again at once, else it is lost. Of a run that never began `run`
// has no start, and nothing is lost.
Result<Ending> put_back(const StoredTask& task, const Run& run, Instant now, const Random& random);

// The delay before attempt `attempt` (2 is the first retry): retry_delay × backoff^(attempt-2), at
// most retry_max_delay, and up to 10 % more by chance. Saturates.
[[nodiscard]] Duration retry_delay(const Task& task, std::int32_t attempt, const Random& random);

// When a run that begins now is to be ended because the next due time has come (overlap = replace);
// nothing: never.
Result<std::optional<Instant>> replaced_at(const StoredTask& task, Instant scheduled, Instant now);

// A one-shot copy that runs for one due time of `task`: the id is instance_id(task, due).
[[nodiscard]] StoredTask instance_of(const StoredTask& task, Instant due, Instant now);

// A run that killed its worker is tried again at most this often in a row.
inline constexpr std::uint64_t most_interruptions = 5;

}  // namespace asyncz
