// SPDX-License-Identifier: MIT
// Dates and times of day as ISO 8601 writes them.
#pragma once

#include "base/result.hpp"
#include "time/instant.hpp"
#include "time/zone.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace asyncz {

struct IsoTime {
  LocalTime local;
  std::optional<std::chrono::seconds> offset;  // east of UTC
};

// Whether the text begins as an ISO 8601 date does (`2027-03`, `20270328T`), so that
// parse_iso_time() is the one to say what is wrong with it.
[[nodiscard]] bool looks_like_iso_time(std::string_view text);

// `2027-03-28`, `2027-03-28T02:30`, `2027-03-28 02:30:15.5+02:00`, `20270328T023015Z`.
//   usage
Result<IsoTime> parse_iso_time(std::string_view text);

// `14:30`, `9:05:30.25`, `4pm`, `10:30pm`, `noon`, `midnight`: since the day's beginning; nothing
// when it is not a time of day. 24:00 and leap seconds are none.
[[nodiscard]] std::optional<Duration> parse_time_of_day(std::string_view text);

struct Resolved {
  Instant at;
  std::optional<Instant> second;  // where the local time exists twice
};

// What a local time means.
//   usage  clocks go forward over it; the hint names the times around the gap
Result<Resolved> resolve(LocalTime time, const Zone& zone);

}  // namespace asyncz
