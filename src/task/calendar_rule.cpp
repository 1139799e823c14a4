// SPDX-License-Identifier: MIT
#include "task/calendar_rule.hpp"

#include <bit>

namespace asyncz {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;

constexpr std::int64_t minute_us = 60'000'000;

// Bits from `first` on, and bits up to `last`; both may lie outside the word.
template <class Bits>
Bits bits_from(Bits bits, unsigned first)
{
  return first < sizeof(Bits) * 8 ? bits & (~Bits{0} << first) : 0;
}

template <class Bits>
Bits bits_until(Bits bits, int last)
{
  const auto width = static_cast<int>(sizeof(Bits) * 8);
  if (last < 0) return 0;
  return last + 1 < width ? bits & ((Bits{1} << (last + 1)) - 1) : bits;
}

template <class Bits>
unsigned lowest(Bits bits)
{
  return static_cast<unsigned>(std::countr_zero(bits));
}

template <class Bits>
unsigned highest(Bits bits)
{
  return static_cast<unsigned>(std::bit_width(bits)) - 1;
}

// What the sets of a rule need to know of a month.
struct Month {
  int year;
  unsigned month;
  unsigned length;
  unsigned first_weekday;  // 0 is Sunday

  Month(int y, unsigned m) : year{y}, month{m}
  {
    const auto first = std::chrono::year{y} / std::chrono::month{m} / 1;
    length = static_cast<unsigned>((first.year() / first.month() / std::chrono::last).day());
    first_weekday = std::chrono::weekday{local_days{first}}.c_encoding();
  }

  [[nodiscard]] unsigned weekday(unsigned day) const { return (first_weekday + day - 1) % 7; }

  // The days that fall on these weekdays.
  [[nodiscard]] std::uint32_t on_weekdays(std::uint32_t weekdays) const
  {
    const std::uint32_t week =
        ((weekdays >> first_weekday) | (weekdays << (7 - first_weekday))) & every_weekday;
    const std::uint64_t five = week * 0b10000001000000100000010000001ULL;
    return static_cast<std::uint32_t>(five << 1);
  }

  [[nodiscard]] std::uint32_t all() const
  {
    return bits_until(every_day, static_cast<int>(length));
  }
};

constexpr unsigned sunday = 0;
constexpr unsigned saturday = 6;

// The Monday to Friday nearest to a day, within the month.
unsigned workday_near(const Month& month, unsigned day)
{
  const auto weekday = month.weekday(day);
  if (weekday == saturday) return day > 1 ? day - 1 : day + 2;
  if (weekday == sunday) return day < month.length ? day + 1 : day - 2;
  return day;
}

std::uint32_t named_from_end(const DaySet& set, const Month& month)
{
  std::uint32_t out = 0;
  for (auto bits = bits_until(set.from_end, static_cast<int>(month.length)); bits != 0;
       bits &= bits - 1) {
    out |= 1U << (month.length + 1 - lowest(bits));
  }
  for (auto bits = set.nearest_workday & month.all(); bits != 0; bits &= bits - 1) {
    out |= 1U << workday_near(month, lowest(bits));
  }
  if (set.last_workday) {
    const auto weekday = month.weekday(month.length);
    const unsigned back = weekday == saturday ? 1 : weekday == sunday ? 2 : 0;
    out |= 1U << (month.length - back);
  }
  return out;
}

std::uint32_t nth_weekdays(const DaySet& set, const Month& month)
{
  std::uint32_t out = 0;
  for (unsigned n = 0; n < set.nth_weekday.size(); ++n) {
    if (set.nth_weekday[n] == 0) continue;
    out |= month.on_weekdays(set.nth_weekday[n]) & (std::uint32_t{0x7F} << (7 * n + 1));
  }
  if (set.last_weekday != 0) {
    out |= bits_from(month.on_weekdays(set.last_weekday), month.length - 6);
  }
  return out;
}

std::uint32_t days_of(const DaySet& set, const Month& month)
{
  std::uint32_t out = set.days | month.on_weekdays(set.weekdays);
  if (set.from_end != 0 || set.nearest_workday != 0 || set.last_workday) {
    out |= named_from_end(set, month);
  }
  return (out | nth_weekdays(set, month)) & month.all();
}

int weeks_of_year(int year)
{
  const auto last = std::chrono::weekday{local_days{std::chrono::year{year} / 12 / 31}};
  const auto first = std::chrono::weekday{local_days{std::chrono::year{year} / 1 / 1}};
  return last == std::chrono::Thursday || first == std::chrono::Thursday ? 53 : 52;
}

// The ISO weeks that a month's days can lie in, by the least and the greatest number that its days
// can have in a year; week 0 is the last of the year before, the one after the last is the first.
constexpr std::uint64_t weeks_around(unsigned first_day_of_year, unsigned last_day_of_year)
{
  std::uint64_t weeks = 0;
  for (auto week = (first_day_of_year + 3) / 7; week <= (last_day_of_year + 9) / 7; ++week) {
    weeks |= week == 0 ? 3ULL << 52U : 1ULL << week;
  }
  return (last_day_of_year + 9) / 7 == 53 ? weeks | 2U : weeks;
}

constexpr std::array<std::uint64_t, 13> weeks_of_month{
    0,
    weeks_around(1, 31),
    weeks_around(32, 60),
    weeks_around(60, 91),
    weeks_around(91, 121),
    weeks_around(121, 152),
    weeks_around(152, 182),
    weeks_around(182, 213),
    weeks_around(213, 244),
    weeks_around(244, 274),
    weeks_around(274, 305),
    weeks_around(305, 335),
    weeks_around(335, 366),
};

// The ISO week of a day, which is the `of_year`-th of its year.
int week_of(int year, int of_year, unsigned weekday)
{
  const int from_monday = weekday == sunday ? 7 : static_cast<int>(weekday);
  const int week = (of_year - from_monday + 10) / 7;
  if (week < 1) return weeks_of_year(year - 1);
  return week == 53 && weeks_of_year(year) == 52 ? 1 : week;
}

std::uint32_t days_in_weeks(std::uint64_t weeks, const Month& month)
{
  const auto first = std::chrono::year{month.year} / std::chrono::month{month.month} / 1;
  const auto before = (local_days{first} - local_days{first.year() / 1 / 1}).count();
  std::uint32_t out = 0;
  unsigned day = 1;
  while (day <= month.length) {
    const auto weekday = month.weekday(day);
    const auto to_sunday = (7 - weekday) % 7;
    const auto week =
        week_of(month.year, static_cast<int>(before) + static_cast<int>(day), weekday);
    if ((weeks >> week & 1U) != 0) {
      out |= bits_from(bits_until(every_day, static_cast<int>(day + to_sunday)), day);
    }
    day += to_sunday + 1;
  }
  return out & month.all();
}

// The months that can hold a day of the rule.
std::uint32_t months_of(const CalendarRule& rule)
{
  if (rule.weeks == 0) return rule.months;
  std::uint32_t months = 0;
  for (unsigned month = 1; month <= 12; ++month) {
    if ((rule.weeks & weeks_of_month.at(month)) != 0) months |= 1U << month;
  }
  return months & rule.months;
}

std::uint32_t named_days(const CalendarRule& rule, const Month& month)
{
  const auto by_month = days_of(rule.month_days, month);
  const auto by_week = days_of(rule.week_days, month);
  const auto both = rule.either_day ? by_month | by_week : by_month & by_week;
  return both == 0 || rule.weeks == 0 ? both : both & days_in_weeks(rule.weeks, month);
}

local_days day_of(int year, unsigned month, unsigned day)
{
  return local_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
}

std::optional<local_days> next_day(const CalendarRule& rule, local_days from)
{
  const std::chrono::year_month_day date{from};
  const int from_year = static_cast<int>(date.year());
  const auto from_month = static_cast<unsigned>(date.month());
  const auto all_months = months_of(rule);
  auto year = rule.years.at_least(from_year);
  for (; year; year = rule.years.at_least(*year + 1)) {
    const int y = static_cast<int>(*year);
    for (auto months = bits_from(all_months, y == from_year ? from_month : 1); months != 0;
         months &= months - 1) {
      const Month month{y, lowest(months)};
      auto named = named_days(rule, month);
      if (y == from_year && month.month == from_month) {
        named = bits_from(named, static_cast<unsigned>(date.day()));
      }
      if (named != 0) return day_of(y, month.month, lowest(named));
    }
  }
  return std::nullopt;
}

std::optional<local_days> last_day(const CalendarRule& rule, local_days until)
{
  const std::chrono::year_month_day date{until};
  const int until_year = static_cast<int>(date.year());
  const auto until_month = static_cast<unsigned>(date.month());
  const auto all_months = months_of(rule);
  auto year = rule.years.at_most(until_year);
  for (; year; year = rule.years.at_most(*year - 1)) {
    const int y = static_cast<int>(*year);
    auto months = bits_until(all_months, y == until_year ? static_cast<int>(until_month) : 12);
    while (months != 0) {
      const Month month{y, highest(months)};
      auto named = named_days(rule, month);
      if (y == until_year && month.month == until_month) {
        named = bits_until(named, static_cast<int>(static_cast<unsigned>(date.day())));
      }
      if (named != 0) return day_of(y, month.month, highest(named));
      months &= ~(1U << month.month);
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

std::uint32_t days_in_month(const CalendarRule& rule, std::chrono::year_month month)
{
  return named_days(rule,
                    Month{static_cast<int>(month.year()), static_cast<unsigned>(month.month())});
}

}  // namespace asyncz
