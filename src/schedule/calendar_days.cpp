// SPDX-License-Identifier: MIT
#include "schedule/calendar_days.hpp"

#include "schedule/bits.hpp"

namespace asyncz {
namespace {

using std::chrono::local_days;

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

}  // namespace

std::uint32_t months_with_days(const CalendarRule& rule)
{
  if (rule.weeks == 0) return rule.months;
  std::uint32_t months = 0;
  for (unsigned month = 1; month <= 12; ++month) {
    if ((rule.weeks & weeks_of_month.at(month)) != 0) months |= 1U << month;
  }
  return months & rule.months;
}

std::uint32_t days_in_month(const CalendarRule& rule, std::chrono::year_month year_month)
{
  const Month month{static_cast<int>(year_month.year()), static_cast<unsigned>(year_month.month())};
  const auto by_month = days_of(rule.month_days, month);
  const auto by_week = days_of(rule.week_days, month);
  const auto both = rule.either_day ? by_month | by_week : by_month & by_week;
  return both == 0 || rule.weeks == 0 ? both : both & days_in_weeks(rule.weeks, month);
}

}  // namespace asyncz
