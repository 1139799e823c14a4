// SPDX-License-Identifier: MIT
// Rows of marks along one axis, drawn in text.
#pragma once

#include "base/result.hpp"
#include "schedule/trigger.hpp"
#include "time/zone.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace asyncz::cli {

// Places run from 0, the left edge, up to 1, the right one, which is no longer in the chart.
struct ChartRow {
  std::string label;
  std::vector<double> marks;
};

struct ChartTick {
  double place = 0;
  std::string text;
};

struct Chart {
  std::vector<ChartTick> ticks;
  std::vector<ChartRow> rows;
  bool with_sum = false;  // a last row tells how many marks a column has in all others
};

// In so many columns at most. A column of a row shows nothing, one mark or several.
[[nodiscard]] std::string drawn(const Chart& chart, std::size_t columns, bool utf8);

// The times of a schedule from `from` on and before `until`, for a chart of this window: of times
// closer together than a column is wide only as many as make it full, however many there are.
//   failed  as Schedule::next()
Result<std::vector<Instant>> charted_times(const Schedule& schedule, Instant from, Instant until);

// Whether the locale's characters are UTF-8.
[[nodiscard]] bool locale_has_utf8();

// Round local times between two instants, few enough for a chart of so many columns.
[[nodiscard]] std::vector<ChartTick> time_ticks(Instant from, Instant until, const Zone& zone,
                                                std::size_t columns);

// The hours of a day.
[[nodiscard]] std::vector<ChartTick> hour_ticks();

// `Mon 23`.
[[nodiscard]] std::string day_text(LocalTime time);

}  // namespace asyncz::cli
