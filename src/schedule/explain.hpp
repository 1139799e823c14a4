// SPDX-License-Identifier: MIT
// A schedule in words, and where a rule of daylight saving acted.
#pragma once

#include "schedule/trigger.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// What the trigger does: "at 02:30 every day in Europe/Berlin".
[[nodiscard]] std::string describe(const Trigger& trigger, const Zone& zone,
                                   std::string_view task_id);

// One line for each place between `from` and `to` where clocks change and the schedule would have
// had a local time in the gap or the repeated hour: "2027-03-28: 02:30 does not exist; runs at
// 03:00". At most `limit` lines.
[[nodiscard]] std::vector<std::string> dst_notes(const Trigger& trigger, const Zone& zone,
                                                 std::string_view task_id, Instant from, Instant to,
                                                 std::size_t limit);

// What the writer of this schedule probably did not mean, a clause each, with what to write
// instead:
// `*/7` has an uneven last gap, `* 3 * * *` runs 60 times, both day fields match by OR, `0 0 31 *
// *` skips months, a fixed time lies in the zone's usual gap.
[[nodiscard]] std::vector<std::string> advice(const Trigger& trigger, const Zone& zone,
                                              std::string_view task_id);

}  // namespace asyncz
