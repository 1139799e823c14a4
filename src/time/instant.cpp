// SPDX-License-Identifier: MIT
#include "time/instant.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asyncz {

Instant saturated_sum(Instant a, Duration d)
{
  if (a == never) return never;
  const auto from = std::clamp(a, first_instant, last_instant);
  if (d > last_instant - from) return last_instant;
  if (d < first_instant - from) return first_instant;
  return from + d;
}

std::string rfc3339(Instant instant, std::chrono::seconds offset)
{
  using namespace std::chrono;
  // RFC 3339 has offsets of whole minutes only; the few others (before 1972) are written in UTC.
  if (offset % minutes{1} != seconds{0}) offset = seconds{0};
  const auto local = saturated_sum(std::clamp(instant, first_instant, last_instant), offset);
  const auto day = floor<days>(local);
  const year_month_day date{day};
  const hh_mm_ss<Duration> time{local - day};

  auto out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                         static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                         time.hours().count(), time.minutes().count(), time.seconds().count());
  if (time.subseconds().count() != 0) out += fmt::format(".{:06}", time.subseconds().count());
  const auto east = abs(duration_cast<minutes>(offset)).count();
  out += fmt::format("{}{:02}:{:02}", offset < seconds{0} ? '-' : '+', east / 60, east % 60);
  return out;
}

}  // namespace asyncz
