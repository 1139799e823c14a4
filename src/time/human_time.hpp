// SPDX-License-Identifier: MIT
// Times as people write them on a command line.
#pragma once

#include "base/result.hpp"
#include "time/instant.hpp"
#include "time/zone.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// Which time is meant by a text such as `14:30` or `mon 09:00`, and whether the past makes sense.
enum class TimeSense : std::uint8_t {
  coming,  // the next such time; `yesterday 18:00` and `2h ago` are refused (`--at`)
  any,     // the next such time; the past is one as well (`--from`, `--start`)
  past,    // the last such time (`--since`)
};

struct HumanTime {
  Instant at;
  std::vector<std::string> warnings;  // such as: this local time exists twice, the first is meant
};

// RFC 3339 and ISO 8601 (local to `zone` without an offset), `@EPOCH`, `now`, `+5m`, `in 5m`,
// `14:30`, `4pm`, `noon`, `mon 09:00`, `today 18:00`, `tomorrow` (its midnight), `tomorrow 09:00`,
// and where the past makes sense `yesterday 18:00`, `2h ago`. Independent of the locale. A date or
// an epoch in the past is no error here.
//   usage  what cannot be read or has two readings (both are named), a local time that does not
//          exist, with the valid times around it, and what lies outside the years 1 to 9999
Result<HumanTime> parse_time(std::string_view text, Instant now, const Zone& zone, TimeSense sense);

// The complaint about a time that is further away than we compute with (`usage`).
[[nodiscard]] Error beyond_all_time(std::string_view text);

}  // namespace asyncz
