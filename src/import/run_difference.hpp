// SPDX-License-Identifier: MIT
// The runs that a cron would start and asyncz would not, and the other way round.
#pragma once

#include "import/cron_daemon.hpp"
#include "schedule/calendar_plan.hpp"

#include <cstddef>
#include <vector>

namespace asyncz {

// Runs of one side that the other does not have, near each other.
struct RunDifference {
  std::vector<Instant> theirs;
  std::vector<Instant> ours;
  bool again = false;  // we run at the first of theirs as well, but once
};

// Those from `begin` to before `end`, both whole minutes: the first `most` of them, in order. Near
// changes of clocks all minutes are asked; elsewhere the days that both name are compared, and the
// minutes of such a day.
[[nodiscard]] std::vector<RunDifference> run_differences(const CronDaemon& daemon,
                                                         const CronReading& reading,
                                                         const CalendarPlan& plan, Instant begin,
                                                         Instant end, std::size_t most);

}  // namespace asyncz
