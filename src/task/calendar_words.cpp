// SPDX-License-Identifier: MIT
#include "task/calendar_words.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>

namespace asyncz {
namespace {

using Words = std::vector<std::string>;
using Name = std::function<std::string(unsigned)>;

constexpr std::int64_t second_us = 1'000'000;

constexpr std::array<std::string_view, 7> weekday_names{
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 13> month_names{
    "",     "January", "February",  "March",   "April",    "May",     "June",
    "July", "August",  "September", "October", "November", "December"};
constexpr std::array<std::string_view, 5> ordinals{"first", "second", "third", "fourth", "fifth"};

std::string plain_number(unsigned number) { return fmt::format("{}", number); }

std::string listed(const Words& words, std::string_view last_joint)
{
  if (words.empty()) return {};
  const std::span<const std::string> all{words};
  const auto but_last = all.first(words.size() - 1);
  if (but_last.empty()) return words.back();
  return joined(but_last, ", ") + fmt::format(" {} {}", last_joint, words.back());
}

// The numbers of a bit set, three or more in a row as a range.
Words ranges_of(std::uint64_t bits, const Name& name, std::string_view joint)
{
  Words out;
  while (bits != 0) {
    const auto first = static_cast<unsigned>(std::countr_zero(bits));
    const auto count = static_cast<unsigned>(std::countr_one(bits >> first));
    const auto last = first + count - 1;
    if (count >= 3) {
      out.push_back(name(first) + std::string{joint} + name(last));
    } else {
      for (auto number = first; number <= last; ++number) out.push_back(name(number));
    }
    bits &= last + 1 < 64 ? ~std::uint64_t{0} << (last + 1) : 0;
  }
  return out;
}

// "hour 3", "hours 9-17 and 20"
std::string numbered(std::string_view noun, std::uint64_t bits)
{
  const auto numbers = listed(ranges_of(bits, plain_number, "-"), "and");
  return fmt::format("{}{} {}", noun, std::popcount(bits) == 1 ? "" : "s", numbers);
}

// The distance of numbers that divide `size` evenly: 5 for 0, 5 … 55; nothing for others.
std::optional<unsigned> even_step(std::uint64_t bits, unsigned size)
{
  const auto count = static_cast<unsigned>(std::popcount(bits));
  if (count < 2 || size % count != 0) return std::nullopt;
  const auto step = size / count;
  const auto first = static_cast<unsigned>(std::countr_zero(bits));
  for (auto number = first; number < size; number += step) {
    if ((bits >> number & 1U) == 0) return std::nullopt;
  }
  return first < step ? std::optional{step} : std::nullopt;
}

std::string second_text(std::int64_t us)
{
  auto text = fmt::format("{:02}.{:06}", us / second_us, us % second_us);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return us % second_us == 0 ? fmt::format("{:02}", us / second_us) : text;
}

// How the seconds of a rule are said.
struct Seconds {
  bool one = false;
  std::int64_t us = 0;  // that one
  bool every = false;
  std::string words;  // "at second 30" where it is not 0; "every second"
};

// A set of single whole seconds as bits; nothing for others.
std::optional<std::uint64_t> whole_seconds(const NumberSet& set)
{
  std::uint64_t bits = 0;
  for (const auto& part : set.parts()) {
    if (part.first != part.last || part.first % second_us != 0) return std::nullopt;
    bits |= std::uint64_t{1} << (part.first / second_us);
  }
  return bits;
}

Seconds seconds_of(const NumberSet& set)
{
  const auto& parts = set.parts();
  const auto& part = parts.front();
  if (parts.size() == 1 && part.first == part.last) {
    return {true, part.first, false,
            part.first == 0 ? "" : fmt::format("at second {}", second_text(part.first))};
  }
  if (parts.size() == 1 && part.first == 0 && part.last >= 59 * second_us) {
    if (part.step == second_us) return {false, 0, true, "every second"};
    return {false, 0, false, fmt::format("every {} seconds", static_cast<double>(part.step) / 1e6)};
  }
  if (const auto bits = whole_seconds(set)) {
    const auto step = even_step(*bits, 60);
    const bool from_0 = (*bits & 1U) != 0;
    if (step && from_0) return {false, 0, false, fmt::format("every {} seconds", *step)};
    return {false, 0, false, "at " + numbered("second", *bits)};
  }
  Words words;
  for (const auto& [first, last, step] : parts) {
    words.push_back(second_text(first));
    if (first == last) continue;
    words.back() += "-" + second_text(last);
    if (step != second_us) words.back() += "/" + second_text(step);
  }
  return {false, 0, false, "at seconds " + listed(words, "and")};
}

// "at 02:30 and 14:30", where there are few of them.
std::string clock_times(const CalendarRule& rule, const Seconds& seconds)
{
  Words times;
  for (auto hours = rule.hours; hours != 0; hours &= hours - 1) {
    for (auto minutes = rule.minutes; minutes != 0; minutes &= minutes - 1) {
      auto time = fmt::format("{:02}:{:02}", std::countr_zero(hours), std::countr_zero(minutes));
      if (seconds.us != 0) time += ":" + second_text(seconds.us);
      times.push_back(std::move(time));
    }
  }
  return "at " + listed(times, "and");
}

std::string minute_words(std::uint64_t minutes)
{
  if (minutes == every_minute) return "every minute";
  const auto step = even_step(minutes, 60);
  if (!step) return "at " + numbered("minute", minutes);
  const auto first = std::countr_zero(minutes);
  return first == 0 ? fmt::format("every {} minutes", *step)
                    : fmt::format("every {} minutes from minute {}", *step, first);
}

std::string hour_words(std::uint32_t hours)
{
  if (const auto step = even_step(hours, 24); step && *step > 1) {
    const auto first = std::countr_zero(hours);
    return first == 0 ? fmt::format("every {} hours", *step)
                      : fmt::format("every {} hours from hour {}", *step, first);
  }
  return numbered("hour", hours);
}

std::string time_words(const CalendarRule& rule)
{
  constexpr int few = 6;
  const auto seconds = seconds_of(rule.seconds);
  const int times = std::popcount(rule.hours) * std::popcount(rule.minutes);
  if (seconds.one && times <= few) return clock_times(rule, seconds);

  const bool all_hours = rule.hours == every_hour;
  std::string out;
  if (rule.minutes == 1 && all_hours) {
    out = "every hour";
  } else if (rule.minutes == 1 && even_step(rule.hours, 24)) {
    out = hour_words(rule.hours);
  } else {
    out = minute_words(rule.minutes);
    if (!all_hours) out += " of " + hour_words(rule.hours);
    if (all_hours && out.starts_with("at")) out += " of every hour";
  }
  if (seconds.words.empty()) return out;
  if (seconds.every && rule.minutes == every_minute && all_hours) return seconds.words;
  if (out.starts_with("at ")) out.erase(0, 3);
  return fmt::format("{} of {}", seconds.words, out);
}

std::string weekday_list(std::uint32_t weekdays, std::string_view joint)
{
  // From Monday on, as a week is read.
  const auto from_monday = (weekdays >> 1U | weekdays << 6U) & every_weekday;
  const auto name = [](unsigned place) { return std::string{weekday_names.at((place + 1) % 7)}; };
  return listed(ranges_of(from_monday, name, " to "), joint);
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
    words.push_back(n == 1 ? "the last day" : fmt::format("the day {} before the last", n - 1));
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

// A set that may be of weekdays, or of days of the month, or of both.
std::string any_set_words(const DaySet& set)
{
  DaySet in_month = set;
  in_month.weekdays = 0;
  auto words = set_words(in_month);
  if (set.weekdays == 0) return words;
  if (!words.empty()) words += " and ";
  return words + weekday_list(set.weekdays, "and");
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
  return "in " + listed(words, "and");
}

}  // namespace

std::string day_words(const CalendarRule& rule)
{
  const bool any_month_day = names_every_day(rule.month_days);
  const bool any_week_day = names_every_day(rule.week_days);
  if (rule.either_day ? any_month_day || any_week_day : any_month_day && any_week_day) return {};
  if (any_month_day) return "on " + any_set_words(rule.week_days);
  if (any_week_day) return "on " + any_set_words(rule.month_days);
  return fmt::format("on {} {} {}", any_set_words(rule.month_days),
                     rule.either_day ? "or on" : "if it is", any_set_words(rule.week_days));
}

std::string calendar_words(const CalendarRule& rule)
{
  Words words{time_words(rule)};
  auto days = day_words(rule);
  const bool all_day = rule.hours == every_hour;
  if (days.empty() && !all_day && !words[0].starts_with("every")) days = "every day";
  if (!days.empty()) words.push_back(std::move(days));
  if (rule.months != every_month) {
    const auto name = [](unsigned month) { return std::string{month_names.at(month)}; };
    words.push_back("in " + listed(ranges_of(rule.months, name, " to "), "and"));
  }
  if (rule.weeks != 0) words.push_back("in " + numbered("ISO week", rule.weeks));
  if (auto years = year_words(rule.years); !years.empty()) words.push_back(std::move(years));
  return joined(words, " ");
}

}  // namespace asyncz
