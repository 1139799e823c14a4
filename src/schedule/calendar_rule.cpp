// SPDX-License-Identifier: MIT
#include "schedule/calendar_rule.hpp"

#include "schedule/bits.hpp"
#include "schedule/calendar_days.hpp"

namespace asyncz {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;

constexpr std::int64_t minute_us = 60'000'000;

local_days day_of(std::chrono::year_month month, unsigned day)
{
  return local_days{month / std::chrono::day{day}};
}

std::optional<local_days> next_day(const CalendarRule& rule, local_days from)
{
  const std::chrono::year_month_day date{from};
  const int from_year = static_cast<int>(date.year());
  const auto from_month = static_cast<unsigned>(date.month());
  const auto all_months = months_with_days(rule);
  auto year = rule.years.at_least(from_year);
  for (; year; year = rule.years.at_least(*year + 1)) {
    const int y = static_cast<int>(*year);
    for (auto months = bits_from(all_months, y == from_year ? from_month : 1); months != 0;
         months &= months - 1) {
      const auto number = lowest(months);
      const auto month = std::chrono::year{y} / std::chrono::month{number};
      auto named = days_in_month(rule, month);
      if (y == from_year && number == from_month) {
        named = bits_from(named, static_cast<unsigned>(date.day()));
      }
      if (named != 0) return day_of(month, lowest(named));
    }
  }
  return std::nullopt;
}

std::optional<local_days> last_day(const CalendarRule& rule, local_days until)
{
  const std::chrono::year_month_day date{until};
  const int until_year = static_cast<int>(date.year());
  const auto until_month = static_cast<unsigned>(date.month());
  const auto all_months = months_with_days(rule);
  auto year = rule.years.at_most(until_year);
  for (; year; year = rule.years.at_most(*year - 1)) {
    const int y = static_cast<int>(*year);
    auto months = bits_until(all_months, y == until_year ? static_cast<int>(until_month) : 12);
    while (months != 0) {
      const auto number = highest(months);
      const auto month = std::chrono::year{y} / std::chrono::month{number};
      auto named = days_in_month(rule, month);
      if (y == until_year && number == until_month) {
        named = bits_until(named, static_cast<int>(static_cast<unsigned>(date.day())));
      }
      if (named != 0) return day_of(month, highest(named));
      months &= ~(1U << number);
    }
  }
  return std::nullopt;
}

Duration time_of(unsigned hour, unsigned minute, std::int64_t us)
{
  return hours{hour} + minutes{minute} + Duration{us};
}

struct Clock {
  unsigned hour;
  unsigned minute;
  std::int64_t us;  // since the minute's beginning

  explicit Clock(Duration time)
      : hour{static_cast<unsigned>(time / hours{1})},
        minute{static_cast<unsigned>(time % hours{1} / minutes{1})},
        us{time.count() % minute_us}
  {
  }
};

std::optional<Duration> next_time(const CalendarRule& rule, Duration from)
{
  const Clock clock{from};
  const auto first_us = *rule.seconds.at_least(0);
  if ((rule.hours >> clock.hour & 1U) != 0) {
    if ((rule.minutes >> clock.minute & 1U) != 0) {
      const auto us = rule.seconds.at_least(clock.us);
      if (us) return time_of(clock.hour, clock.minute, *us);
    }
    const auto later = bits_from(rule.minutes, clock.minute + 1);
    if (later != 0) return time_of(clock.hour, lowest(later), first_us);
  }
  const auto later = bits_from(rule.hours, clock.hour + 1);
  if (later == 0) return std::nullopt;
  return time_of(lowest(later), lowest(rule.minutes), first_us);
}

std::optional<Duration> last_time(const CalendarRule& rule, Duration until)
{
  const Clock clock{until};
  const auto last_us = *rule.seconds.at_most(minute_us - 1);
  if ((rule.hours >> clock.hour & 1U) != 0) {
    if ((rule.minutes >> clock.minute & 1U) != 0) {
      const auto us = rule.seconds.at_most(clock.us);
      if (us) return time_of(clock.hour, clock.minute, *us);
    }
    const auto earlier = bits_until(rule.minutes, static_cast<int>(clock.minute) - 1);
    if (earlier != 0) return time_of(clock.hour, highest(earlier), last_us);
  }
  const auto earlier = bits_until(rule.hours, static_cast<int>(clock.hour) - 1);
  if (earlier == 0) return std::nullopt;
  return time_of(highest(earlier), highest(rule.minutes), last_us);
}

}  // namespace

std::optional<LocalTime> next_local(const CalendarRule& rule, LocalTime from)
{
  const auto today = std::chrono::floor<days>(from);
  auto day = next_day(rule, today);
  if (day == today) {
    if (const auto time = next_time(rule, from - today)) return *day + *time;
    day = next_day(rule, today + days{1});
  }
  if (!day) return std::nullopt;
  return *day + *next_time(rule, Duration{0});
}

std::optional<LocalTime> last_local(const CalendarRule& rule, LocalTime until)
{
  const auto today = std::chrono::floor<days>(until);
  auto day = last_day(rule, today);
  if (day == today) {
    if (const auto time = last_time(rule, until - today)) return *day + *time;
    day = last_day(rule, today - days{1});
  }
  if (!day) return std::nullopt;
  return *day + *last_time(rule, days{1} - Duration{1});
}

}  // namespace asyncz
