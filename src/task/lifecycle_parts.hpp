// SPDX-License-Identifier: MIT
// What the functions of lifecycle.hpp share among their files.
#pragma once

#include "base/result.hpp"
#include "schedule/trigger.hpp"
#include "task/lifecycle.hpp"
#include "task/stored_task.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace asyncz {

inline constexpr Duration tick{1};  // the grain of time

// The schedule of a task in its zone, ready to be asked.
struct Course {
  Zone zone;
  std::unique_ptr<const Schedule> schedule;

  //   usage  the zone or the trigger is no longer what was accepted once
  static Result<Course> of(const Task& task);
};

// Whether the clear queue of this task is @boot or @shutdown: it has no times.
[[nodiscard]] bool timeless(const Task& task);

// Makes `due` (nothing: none is left) the task's next due time and `due` plus jitter its moment,
// first attempt.
void schedule_for(StoredTask& task, const Zone& zone, std::optional<Instant> due,
                  const Random& random);

// A record of due times that did not run, under the present reservation.
[[nodiscard]] Run stretch_of(const StoredTask& task, RunState state, Instant first, Instant last);

// The run of the reservation before the present one, of which only that it began may be known.
[[nodiscard]] Run interrupted_run(const StoredTask& task, RunState state, std::string reason);

}  // namespace asyncz
