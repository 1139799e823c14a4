// SPDX-License-Identifier: MIT
// What a timer unit says of when its service runs.
#pragma once

#include "import/systemd_unit.hpp"
#include "task/task.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// A time span of systemd.time(7): `5min 20s`, `1.5h`, a number of seconds, `infinity`.
//   usage
Result<Duration> unit_time_span(std::string_view text);

// Keys of [Timer] that set_timer() reads, or that say nothing about asyncz.
[[nodiscard]] bool is_timer_key(std::string_view key);

// Sets trigger, jitter and grace time. What has no counterpart is added to `problems`; what means
// something slightly different, to `warnings`.
void set_timer(Task& task, const Unit& timer, Instant now, std::vector<UnitRemark>& problems,
               std::vector<UnitRemark>& warnings);

}  // namespace asyncz
