// SPDX-License-Identifier: MIT
#include "schedule/calendar_words.hpp"

#include "base/text.hpp"
#include "schedule/clock_words.hpp"
#include "schedule/word_lists.hpp"

#include <fmt/format.h>

#include <bit>

namespace asyncz {
namespace {

constexpr std::array<std::string_view, 7> weekday_names{
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 13> month_names{
    "",     "January", "February",  "March",   "April",    "May",     "June",
    "July", "August",  "September", "October", "November", "December"};
constexpr std::array<std::string_view, 5> ordinals{"first", "second", "third", "fourth", "fifth"};

// From Monday on, as a week is read.
Words weekday_ranges(std::uint32_t weekdays, std::string_view ending)
{
  const auto from_monday = (weekdays >> 1U | weekdays << 6U) & every_weekday;
  const auto name = [&](unsigned place) {
    return std::string{weekday_names.at((place + 1) % 7)}.append(ending);
  };
  return ranges_of(from_monday, name, " to ");
}

std::string weekday_list(std::uint32_t weekdays, std::string_view last_joint)
{
  return listed(weekday_ranges(weekdays, ""), last_joint);
}

// "on Fridays", "every day from Monday to Friday"
std::string on_weekdays(std::uint32_t weekdays)
{
  const auto ranges = weekday_ranges(weekdays, "");
  const bool one_range = ranges.size() == 1 && std::popcount(weekdays) > 1;
  if (one_range) return "every day from " + ranges.front();
  return "on " + listed(weekday_ranges(weekdays, "s"), "and");
}

// "day 13", "the last day", "the third Friday" …
std::string set_words(const DaySet& set)
{
  Words words;
  if (set.days != 0) words.push_back(numbered("day", set.days));
  const auto at_end = std::countr_one(set.from_end >> 1U);
  if (at_end > 1) words.push_back(fmt::format("the last {} days", at_end));
  for (auto bits = at_end > 1 ? set.from_end >> (at_end + 1) << (at_end + 1) : set.from_end;
       bits != 0; bits &= bits - 1) {
    const auto n = std::countr_zero(bits);
    const auto place = static_cast<std::size_t>(n) - 1;
    words.push_back(n == 1 ? "the last day"
                    : place < ordinals.size()
                        ? fmt::format("the {} last day", ordinals.at(place))
                        : fmt::format("the day {} days before the last", place));
  }
  if (set.nearest_workday != 0) {
    words.push_back("the workday nearest to " + numbered("day", set.nearest_workday));
  }
  if (set.last_workday) words.emplace_back("the last workday");
  for (std::size_t n = 0; n < ordinals.size(); ++n) {
    if (set.nth_weekday.at(n) == 0) continue;
    words.push_back(
        fmt::format("the {} {}", ordinals.at(n), weekday_list(set.nth_weekday.at(n), "and")));
  }
  if (set.last_weekday != 0) words.push_back("the last " + weekday_list(set.last_weekday, "and"));
  if (words.empty()) return {};
  return listed(words, "and") + " of the month";
}

bool names_every_day(const DaySet& set)
{
  return (set.days & every_day) == every_day || set.weekdays == every_weekday;
}

// Days of the month, weekdays, or both.
std::string on_days(const DaySet& set)
{
  auto words = set_words(set);
  if (!words.empty()) words = "on " + words;
  if (set.weekdays == 0) return words;
  if (!words.empty()) words += " and ";
  return words + on_weekdays(set.weekdays);
}

std::string if_it_is(const DaySet& set)
{
  auto words = set_words(set);
  if (set.weekdays == 0) return words;
  if (!words.empty()) words += " or ";
  return words + weekday_list(set.weekdays, "or");
}

std::string year_words(const NumberSet& years)
{
  Words words;
  for (const auto& [first, last, step] : years.parts()) {
    if (first == first_year && last == last_year && step == 1) return {};
    const bool open = last == last_year;
    if (first == last)
      words.push_back(fmt::format("{}", first));
    else if (step == 1)
      words.push_back(open ? fmt::format("{} and later", first)
                           : fmt::format("{}-{}", first, last));
    else
      words.push_back(fmt::format("every {} years from {}{}", step, first,
                                  open ? "" : fmt::format(" to {}", last)));
  }
  const auto all = listed(words, "and");
  return all.starts_with("every") ? all : "in " + all;
}

std::string month_names_of(std::uint32_t months)
{
  const auto name = [](unsigned month) { return std::string{month_names.at(month)}; };
  return listed(ranges_of(months, name, " to "), "and");
}

// "on day 29 of February", "on days 1-7 of the month in May and June"
std::string days_in_months(std::string days, std::uint32_t months)
{
  constexpr std::string_view any_month = " of the month";
  if (std::popcount(months) != 1 || !days.ends_with(any_month)) {
    return fmt::format("{}{}in {}", days, days.empty() ? "" : " ", month_names_of(months));
  }
  days.erase(days.size() - any_month.size());
  return days + " of " + month_names_of(months);
}

}  // namespace

std::string day_words(const CalendarRule& rule)
{
  const bool any_month_day = names_every_day(rule.month_days);
  const bool any_week_day = names_every_day(rule.week_days);
  if (rule.either_day ? any_month_day || any_week_day : any_month_day && any_week_day) return {};
  if (any_month_day) return on_days(rule.week_days);
  if (any_week_day) return on_days(rule.month_days);
  if (rule.either_day) return on_days(rule.month_days) + " or " + on_days(rule.week_days);
  return on_days(rule.month_days) + " if it is " + if_it_is(rule.week_days);
}

std::string calendar_words(const CalendarRule& rule)
{
  Words words{time_words(rule)};
  auto days = day_words(rule);
  const bool all_day = rule.hours == every_hour;
  if (days.empty() && !all_day && !words[0].starts_with("every")) days = "every day";
  if (rule.months == every_month) {
    if (!days.empty()) words.push_back(std::move(days));
  } else if (!names_every_day(rule.month_days) && !names_every_day(rule.week_days)) {
    // The months hold for both of the ways in which days are named.
    words.push_back(fmt::format("in {},", month_names_of(rule.months)));
    words.push_back(std::move(days));
  } else {
    words.push_back(days_in_months(std::move(days), rule.months));
  }
  if (rule.weeks != 0) words.push_back("in " + numbered("ISO week", rule.weeks));
  if (auto years = year_words(rule.years); !years.empty()) words.push_back(std::move(years));
  return joined(words, " ");
}

}  // namespace asyncz
