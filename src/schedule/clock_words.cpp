// SPDX-License-Identifier: MIT
#include "schedule/clock_words.hpp"

#include "schedule/word_lists.hpp"

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
  std::vector<std::int64_t> named_us;  // single ones, where there are few
  bool steady = false;                 // at the same distance, from minute to minute
  std::string words;                   // "at second 30", "every second"; empty for second 0
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

// "every second", "every 10.05 seconds from second 03.33": one progression up to the minute's end.
std::string steps_of_seconds(const Progression& part)
{
  if (part.step == second_us && part.first == 0) return "every second";
  const auto every = fmt::format("every {} seconds", static_cast<double>(part.step) / 1e6);
  const bool from_0 = part.first == 0 && 60 * second_us % part.step == 0;
  return from_0 ? every : every + " from second " + second_text(part.first);
}

std::string listed_seconds(const NumberSet& set)
{
  Words words;
  for (const auto& [first, last, step] : set.parts()) {
    words.push_back(second_text(first));
    if (first == last) continue;
    words.back() += "-" + second_text(last);
    if (step != second_us) words.back() += "/" + second_text(step);
  }
  return "at seconds " + listed(words, "and");
}

Seconds seconds_of(const NumberSet& set)
{
  constexpr std::size_t few = 3;
  const auto& parts = set.parts();
  const auto& part = parts.front();
  if (parts.size() == 1 && part.first == part.last) {
    return {{part.first},
            false,
            part.first == 0 ? "" : fmt::format("at second {}", second_text(part.first))};
  }
  if (parts.size() == 1 && part.last > 60 * second_us - 1 - part.step) {
    const bool steady = part.first < part.step && 60 * second_us % part.step == 0;
    return {{}, steady, steps_of_seconds(part)};
  }
  const auto bits = whole_seconds(set);
  if (!bits) return {{}, false, listed_seconds(set)};
  const auto step = even_step(*bits, 60);
  if (step && (*bits & 1U) != 0) return {{}, true, fmt::format("every {} seconds", *step)};
  Seconds seconds{{}, false, "at " + numbered("second", *bits)};
  if (parts.size() <= few) {
    for (const auto& one : parts) seconds.named_us.push_back(one.first);
  }
  return seconds;
}

// "at 02:30 and 14:30", where there are few of them.
std::string clock_times(const CalendarRule& rule, const Seconds& seconds)
{
  Words times;
  for (auto hours = rule.hours; hours != 0; hours &= hours - 1) {
    for (auto minutes = rule.minutes; minutes != 0; minutes &= minutes - 1) {
      for (const auto us : seconds.named_us) {
        auto time = fmt::format("{:02}:{:02}", std::countr_zero(hours), std::countr_zero(minutes));
        if (us != 0 || seconds.named_us.size() > 1) time += ":" + second_text(us);
        times.push_back(std::move(time));
      }
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
                      : fmt::format("every {} hours from {:02}:00", *step, first);
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
  constexpr std::size_t few = 6;
  const auto seconds = seconds_of(rule.seconds);
  const auto times = static_cast<std::size_t>(std::popcount(rule.hours)) *
                     static_cast<std::size_t>(std::popcount(rule.minutes)) *
                     seconds.named_us.size();
  const bool second_0 = seconds.words.empty();
  const bool all_hours = rule.hours == every_hour;
  const bool on_the_hour = rule.minutes == 1;
  const auto step = even_step(rule.hours, 24);
  const bool hourly = on_the_hour && step && (rule.hours & 1U) != 0;
  if (times != 0 && times <= few && !(hourly && times > 2)) return clock_times(rule, seconds);
  if (second_0) {
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
  if (second_0) return out;
  if (seconds.steady && rule.minutes == every_minute && all_hours) return seconds.words;
  if (out.starts_with("at ")) out.erase(0, 3);
  return fmt::format("{} of {}", seconds.words, out);
}

}  // namespace asyncz
