// SPDX-License-Identifier: MIT
// Instants and durations in microseconds, and their texts. No raw integer of ours is a time.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace asyncz {

using Duration = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Duration>;  // UTC, since the Unix epoch

// Later than every instant that can come: the moment of a task that waits for nobody.
inline constexpr Instant never = Instant{Duration{std::numeric_limits<std::int64_t>::max()}};

// What we compute with lies between these (years 1 and 9999), so that sums cannot overflow.
inline constexpr Instant first_instant =
    std::chrono::sys_days{std::chrono::year{1} / 1 / 1} + Duration{0};
inline constexpr Instant last_instant =
    std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - Duration{1};

inline constexpr Instant instant_of(std::int64_t us) { return Instant{Duration{us}}; }
inline constexpr std::int64_t us_of(Instant instant) { return instant.time_since_epoch().count(); }

// a + d, held within first_instant … last_instant; `never` stays `never`.
[[nodiscard]] Instant saturated_sum(Instant a, Duration d);

// A duration such as `250ms`, `10s`, `5m`, `1h30m`, `2d`, `1w`, `1.5s`; a bare `0`. Units us ms s m
// h d w and their longer names (`min`, `hours`, `days` …), from large to small, each at most once,
// blanks allowed between; a day is 24 hours. ISO 8601 (`PT1H30M`, `P2D`) as well.
//   usage  what cannot be read; a number without a unit gets a hint; a month or a year is refused
//          as being no fixed length; more than 9999 years
Result<Duration> parse_duration(std::string_view text);

// The shortest of these texts that reads back as the same duration: `1h30m`, `0s`.
[[nodiscard]] std::string duration_text(Duration duration);

// RFC 3339 with this offset from UTC: `2027-03-28T03:00:00+02:00`, `+00:00` for UTC, a fraction of
// six digits only where it is not zero.
[[nodiscard]] std::string rfc3339(Instant instant, std::chrono::seconds offset);

}  // namespace asyncz
