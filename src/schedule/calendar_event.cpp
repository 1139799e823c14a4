// SPDX-License-Identifier: MIT
#include "schedule/calendar_event.hpp"

#include "base/text.hpp"
#include "schedule/calendar_component.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace asyncz {
namespace {

constexpr std::int64_t second_us = 1'000'000;

constexpr Component year_part{"year", first_year, last_year};
constexpr Component month_part{"month", 1, 12};
constexpr Component day_part{"day", 1, 31};
constexpr Component hour_part{"hour", 0, 23};
constexpr Component minute_part{"minute", 0, 59};
constexpr Component second_part{"second", 0, 60 * second_us - 1, second_us};

struct Shorthand {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array<Shorthand, 13> shorthands{{
    {"minutely", "*:*:00"},
    {"hourly", "*:00:00"},
    {"daily", "00:00:00"},
    {"weekly", "Mon 00:00:00"},
    {"monthly", "*-*-01 00:00:00"},
    {"quarterly", "*-01,04,07,10-01 00:00:00"},
    {"semiannually", "*-01,07-01 00:00:00"},
    {"semi-annually", "*-01,07-01 00:00:00"},
    {"biannually", "*-01,07-01 00:00:00"},
    {"bi-annually", "*-01,07-01 00:00:00"},
    {"annually", "*-01-01 00:00:00"},
    {"anniversarily", "*-01-01 00:00:00"},
    {"yearly", "*-01-01 00:00:00"},
}};

Error refused(std::string what, std::string hint = {})
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

// The place of a weekday's name at the front of a text, Monday first; and its length.
struct WeekdayName {
  unsigned place;
  std::size_t length;
};

std::optional<WeekdayName> weekday_at(std::string_view text)
{
  constexpr std::array<std::string_view, 7> names{"monday", "tuesday",  "wednesday", "thursday",
                                                  "friday", "saturday", "sunday"};
  const auto word = lower(text.substr(0, 9));
  for (unsigned i = 0; i < names.size(); ++i) {
    if (word.starts_with(names[i])) return WeekdayName{i, names[i].size()};
    if (word.starts_with(names[i].substr(0, 3))) return WeekdayName{i, 3};
  }
  return std::nullopt;
}

// Takes `wanted` from the front of a text, if it is there.
bool take(std::string_view& rest, std::string_view wanted)
{
  if (!rest.starts_with(wanted)) return false;
  rest.remove_prefix(wanted.size());
  return true;
}

Result<WeekdayName> take_weekday(std::string_view& rest)
{
  const auto name = weekday_at(rest);
  if (!name) {
    return refused(fmt::format("no such weekday: \"{}\"", printable(rest)), "write Mon..Fri");
  }
  rest.remove_prefix(name->length);
  return *name;
}

// `Mon,Wed..Fri`, also `Wed-Fri` and a comma at the end; as bits from Sunday.
Result<std::uint32_t> parse_weekdays(std::string_view text)
{
  auto rest = text;
  std::uint32_t bits = 0;
  while (!rest.empty()) {
    const auto first = take_weekday(rest);
    if (!first) return first.error();
    const bool range = take(rest, "..") || take(rest, "-");
    const auto last = range ? take_weekday(rest) : first;
    if (!last) return last.error();
    if (last->place < first->place) {
      return refused(fmt::format("weekdays {} run backwards", printable(text)),
                     "write the two parts, as in Sat,Sun,Mon");
    }
    for (auto day = first->place; day <= last->place; ++day) bits |= 1U << (day + 1) % 7;
    if (!rest.empty() && !take(rest, ",")) {
      return refused(fmt::format("weekdays: cannot read \"{}\"", printable(rest)),
                     "write Mon..Fri");
    }
  }
  return bits;
}

// `*-*-01`, `10-15`, `*-*~03`
Status parse_date(CalendarRule& rule, std::string_view text)
{
  const auto last = text.find_last_of("-~");
  const auto before = text.substr(0, last);
  const bool from_end = text[last] == '~';
  const auto middle = before.find('-');
  const auto year = middle == std::string_view::npos ? "*" : before.substr(0, middle);
  const auto month = middle == std::string_view::npos ? before : before.substr(middle + 1);
  if (from_end && middle == std::string_view::npos) {
    return refused(fmt::format("date {}: the year is missing", printable(text)), "write *-*~01");
  }
  auto years = parse_component(year, year_part);
  if (!years) return years.error();
  const auto months = parse_component(month, month_part);
  if (!months) return months.error();
  const auto day_text = text.substr(last + 1);
  const auto days = parse_component(day_text, day_part, from_end);
  if (!days) return days.error();

  rule.years = NumberSet{std::move(*years)};
  rule.months = static_cast<std::uint32_t>(component_bits(*months));
  rule.month_days = DaySet{};
  if (from_end && day_text != "*") {
    rule.month_days.from_end = static_cast<std::uint32_t>(component_bits(*days));
  } else {
    rule.month_days.days = static_cast<std::uint32_t>(component_bits(*days));
  }
  return {};
}

// `09:00`, `*:0/15:30.5`
Status parse_clock(CalendarEvent& event, std::string_view text)
{
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) {
    return refused(fmt::format("cannot read \"{}\" as a time", printable(text)), "write 09:00");
  }
  const auto hours = parse_component(parts[0], hour_part);
  if (!hours) return hours.error();
  const auto minutes = parse_component(parts[1], minute_part);
  if (!minutes) return minutes.error();
  auto seconds = parse_component(parts.size() == 3 ? parts[2] : "0", second_part);
  if (!seconds) return seconds.error();

  event.rule.hours = static_cast<std::uint32_t>(component_bits(*hours));
  event.rule.minutes = component_bits(*minutes);
  event.rule.seconds = NumberSet{std::move(*seconds)};
  event.elapsed = parts[0] == "*" || parts[1] == "*";
  return {};
}

std::vector<std::string_view> words_of(std::string_view text)
{
  auto words = split(text, ' ');
  std::erase_if(words, [](std::string_view word) { return trimmed(word).empty(); });
  return words;
}

bool begins_with_letter(std::string_view word)
{
  const char c = lower(word.substr(0, 1))[0];
  return c >= 'a' && c <= 'z';
}

Result<Zone> zone_of(std::string_view word)
{
  return lower(word) == "utc" ? Result<Zone>{Zone{}} : Zone::load(word);
}

// Weekdays, date and time, each at most once and in this order.
Status parse_words(CalendarEvent& event, std::span<const std::string_view> words)
{
  std::size_t next = 0;
  if (begins_with_letter(words[next])) {
    const auto weekdays = parse_weekdays(words[next++]);
    if (!weekdays) return weekdays.error();
    event.rule.week_days = DaySet{.weekdays = *weekdays};
  }
  if (next < words.size() && words[next].find(':') == std::string_view::npos) {
    if (words[next].find_first_of("-~") == std::string_view::npos) {
      return refused(fmt::format("cannot read \"{}\" as a date or a time", printable(words[next])),
                     "write *-*-01 or 09:00");
    }
    if (auto date = parse_date(event.rule, words[next++]); !date) return date;
  }
  if (next < words.size()) {
    if (auto clock = parse_clock(event, words[next++]); !clock) return clock;
  }
  if (next == words.size()) return {};
  return refused(fmt::format("cannot read \"{}\"", printable(words[next])),
                 "write weekdays, date, time and zone, as in Mon..Fri *-*-* 09:00 Europe/Berlin");
}

Result<CalendarEvent> parse_event(std::string_view text)
{
  auto words = words_of(text);
  if (words.empty()) return refused("is empty", "write it as in Mon..Fri 09:00");
  if (words[0].starts_with('@')) return refused("an epoch is no recurrence", "use --at");

  CalendarEvent event;
  if (words.size() > 1 && begins_with_letter(words.back())) {
    auto zone = zone_of(words.back());
    if (!zone) return zone.error();
    event.zone = std::move(*zone);
    words.pop_back();
  }
  const auto name = lower(words[0]);
  const auto* const shorthand = std::find_if(shorthands.begin(), shorthands.end(),
                                             [&](const auto& known) { return known.name == name; });
  if (words.size() == 1 && shorthand != shorthands.end()) words = words_of(shorthand->meaning);
  if (auto read = parse_words(event, words); !read) return read.error();
  return event;
}

}  // namespace

Result<CalendarEvent> parse_calendar_event(std::string_view text)
{
  auto event = parse_event(text);
  if (!event) return event.error().in(fmt::format("calendar \"{}\"", printable(text)));
  return event;
}

}  // namespace asyncz
