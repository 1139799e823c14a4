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

// Whether a text that could mean a past or a coming time means the coming one (`--at`: `14:30` and
// `mon 09:00` are the next such time), or may also name the past (`--since`, `--from`: `14:30` is
// today's, `mon 09:00` the last one, and there is `yesterday 18:00` and `2h ago`).
enum class TimeSense : std::uint8_t { coming, any };

struct HumanTime {
  Instant at;
  std::vector<std::string> warnings;  // such as: this local time exists twice, the first is meant
};

// RFC 3339 and ISO 8601 (local to `zone` without an offset), `@EPOCH`, `now`, `+5m`, `in 5m`,
// `14:30`, `4pm`, `noon`, `mon 09:00`, `today 18:00`, `tomorrow` (its midnight), `tomorrow 09:00`,
// and with TimeSense::any `yesterday 18:00`, `2h ago`. Independent of the locale. A date or an
// epoch in the past is no error here.
//   usage  what cannot be read or has two readings (both are named), and a local time that does
//          not exist, with the valid times around it
Result<HumanTime> parse_time(std::string_view text, Instant now, const Zone& zone, TimeSense sense);

}  // namespace asyncz
