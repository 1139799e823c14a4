// SPDX-License-Identifier: MIT
#include "task/clock_words.hpp"

#include "task/word_lists.hpp"

#include <fmt/format.h>

#include <bit>
#include <optional>

namespace asyncz {
namespace {

constexpr std::int64_t second_us = 1'000'000;

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

// "every hour from 09:00 to 17:00", "every 15 minutes from 08:00 to 18:45": one stretch of the day.
std::string stretch_words(const CalendarRule& rule)
{
  const auto first = std::countr_zero(rule.hours);
  const auto count = std::countr_one(rule.hours >> first);
  const auto last = first + count - 1;
  const bool one_stretch = std::popcount(rule.hours) == count;
  const auto from = std::countr_zero(rule.minutes);
  const auto to = 63 - std::countl_zero(rule.minutes);
  const auto step = even_step(rule.minutes, 60);
  if (!one_stretch || rule.hours == every_hour || (from != to && !step)) return {};
  const auto every = from == to                     ? std::string{"every hour"}
                     : rule.minutes == every_minute ? std::string{"every minute"}
                                                    : fmt::format("every {} minutes", *step);
  return fmt::format("{} from {:02}:{:02} to {:02}:{:02}", every, first, from, last, to);
}

}  // namespace

std::string time_words(const CalendarRule& rule)
{
  constexpr int few = 6;
  const auto seconds = seconds_of(rule.seconds);
  const int times = std::popcount(rule.hours) * std::popcount(rule.minutes);
  const bool all_hours = rule.hours == every_hour;
  const bool on_the_hour = rule.minutes == 1;
  const auto step = even_step(rule.hours, 24);
  const bool hourly = on_the_hour && step && (rule.hours & 1U) != 0;
  if (seconds.one && times <= few && !(hourly && times > 2)) return clock_times(rule, seconds);
  if (seconds.one && seconds.us == 0) {
    if (auto stretch = stretch_words(rule); !stretch.empty()) return stretch;
    const bool one_minute = std::popcount(rule.minutes) == 1;
    if (step && *step > 1 && one_minute && !on_the_hour) {
      return fmt::format("every {} hours from {:02}:{:02}", *step, std::countr_zero(rule.hours),
                         std::countr_zero(rule.minutes));
    }
  }
  std::string out;
  if (on_the_hour && all_hours) {
    out = "every hour";
  } else if (on_the_hour && step) {
    out = hour_words(rule.hours);
  } else if (all_hours) {
    out = minute_words(rule.minutes);
    if (out.starts_with("at")) out += " of every hour";
  } else {
    const bool from_0 = (rule.minutes & 1U) != 0;
    out = from_0 ? minute_words(rule.minutes) : "at " + numbered("minute", rule.minutes);
    out += " of " + hour_words(rule.hours);
  }
  if (seconds.words.empty()) return out;
  const bool steady = seconds.every || seconds.words.starts_with("every ");
  if (steady && rule.minutes == every_minute && all_hours) return seconds.words;
  if (out.starts_with("at ")) out.erase(0, 3);
  return fmt::format("{} of {}", seconds.words, out);
}

}  // namespace asyncz
