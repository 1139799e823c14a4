// SPDX-License-Identifier: MIT
#include "time/instant.hpp"

#include <algorithm>

namespace asyncz {
namespace {

// Writes the number over the zeros that end before `end`.
void put_digits(std::string& text, std::size_t end, std::int64_t number)
{
  for (; number > 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
}

}  // namespace

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

  std::string out = "0000-00-00T00:00:00";
  put_digits(out, 4, static_cast<int>(date.year()));
  put_digits(out, 7, static_cast<unsigned>(date.month()));
  put_digits(out, 10, static_cast<unsigned>(date.day()));
  put_digits(out, 13, time.hours().count());
  put_digits(out, 16, time.minutes().count());
  put_digits(out, 19, time.seconds().count());
  if (const auto fraction = time.subseconds().count(); fraction != 0) {
    out += ".000000";
    put_digits(out, out.size(), fraction);
  }
  const auto east = abs(duration_cast<minutes>(offset)).count();
  out += offset < seconds{0} ? "-00:00" : "+00:00";
  put_digits(out, out.size() - 3, east / 60);
  put_digits(out, out.size(), east % 60);
  return out;
}

}  // namespace asyncz
