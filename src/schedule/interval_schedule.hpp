// SPDX-License-Identifier: MIT
// Times at a fixed distance: start + k × every.
#pragma once

#include "schedule/trigger.hpp"

#include <memory>
#include <optional>

namespace asyncz {

struct Interval {
  Instant start;   // the first time
  Duration every;  // positive

  friend bool operator==(const Interval&, const Interval&) = default;
};

std::unique_ptr<const Schedule> interval_schedule(const Interval& interval);

// The times that both name, which are at a fixed distance again; nothing when they never meet
// before the end of time.
[[nodiscard]] std::optional<Interval> common_times(const Interval& a, const Interval& b);

}  // namespace asyncz
