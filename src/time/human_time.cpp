// SPDX-License-Identifier: MIT
#include "time/human_time.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "time/iso_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace asyncz {
namespace {

using std::chrono::days;
using std::chrono::local_days;

struct Reading {
  std::string_view text;   // as it was given, for messages
  std::string_view exact;  // the same, trimmed, single blanks
  std::string_view lower;  // the same in lower case
  Instant now;
  const Zone& zone;
  TimeSense sense;

  [[nodiscard]] local_days today() const { return std::chrono::floor<days>(zone.local(now)); }
};

Error refused(std::string_view text, std::string_view why, std::string hint)
{
  return {ErrorKind::usage, fmt::format("time \"{}\": {}", printable(text), why), std::move(hint)};
}

Error refused(const Reading& in, std::string_view why, std::string hint)
{
  return refused(in.text, why, std::move(hint));
}

std::string with_single_blanks(std::string_view text)
{
  std::string out;
  for (const auto word : split(text, ' ')) {
    if (trimmed(word).empty()) continue;
    if (!out.empty()) out += ' ';
    out += trimmed(word);
  }
  return out;
}

std::string shown(Instant instant, const Zone& zone)
{
  return rfc3339(instant, zone.offset_at(instant));
}

std::string date_text(local_days day)
{
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

// The instant of a local time; `earliest`: of a repeated one the pass that is not before it.
Result<HumanTime> at_local(const Reading& in, LocalTime local, std::optional<Instant> earliest = {})
{
  const auto resolved = resolve(local, in.zone);
  if (!resolved) return resolved.error();
  HumanTime time{resolved->at, {}};
  if (!resolved->second) return time;
  const bool first = !earliest || resolved->at >= *earliest;
  if (!first) time.at = *resolved->second;
  time.warnings.push_back(fmt::format("this local time exists twice in {}: {} is meant, not {}",
                                      in.zone.name(), shown(time.at, in.zone),
                                      shown(first ? *resolved->second : resolved->at, in.zone)));
  return time;
}

// `@1800000000.5`
Result<HumanTime> epoch_time(const Reading& in)
{
  auto digits = in.lower.substr(1);
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789.") != std::string_view::npos) {
    return refused(in, "not a number of seconds since 1970", "write it as in @1800000000");
  }
  const auto since = parse_duration(std::string{digits} + "s");
  if (!since) return since.error().in(fmt::format("time \"{}\"", printable(in.text)));
  return HumanTime{Instant{negative ? -*since : *since}, {}};
}

Result<HumanTime> relative_time(const Reading& in, std::string_view duration, bool past)
{
  const auto length = parse_duration(duration);
  if (!length) return length.error().in(fmt::format("time \"{}\"", printable(in.text)));
  return HumanTime{in.now + (past ? -*length : *length), {}};
}

// `+5m`, `in 5m`, `now + 5m`; `5m ago`, `-5m`. Nothing when it is of another form. Units keep their
// case: `5M` is no five minutes.
std::optional<Result<HumanTime>> try_relative(const Reading& in)
{
  if (in.lower == "now") return HumanTime{in.now, {}};
  const auto begin = in.lower.starts_with("now") ? std::size_t{3} : 0;
  const auto text = trimmed(in.exact.substr(begin));
  const bool has_ago = in.lower.ends_with(" ago");
  if (has_ago || text.starts_with('-')) {
    if (in.sense == TimeSense::coming) {
      return refused(in, "lies in the past", "write +5m or a time to come");
    }
    return relative_time(in, has_ago ? text.substr(0, text.size() - 4) : trimmed(text.substr(1)),
                         true);
  }
  if (text.starts_with('+')) return relative_time(in, trimmed(text.substr(1)), false);
  if (in.lower.starts_with("in ")) return relative_time(in, text.substr(3), false);
  return std::nullopt;
}

// 0 is Sunday.
std::optional<unsigned> weekday_of(std::string_view word)
{
  constexpr std::array<std::string_view, 7> names{"sunday",   "monday", "tuesday", "wednesday",
                                                  "thursday", "friday", "saturday"};
  for (unsigned i = 0; i < names.size(); ++i) {
    if (word == names[i] || word == names[i].substr(0, 3)) return i;
  }
  return std::nullopt;
}

// The next such weekday and time, or the last one.
Result<HumanTime> on_weekday(const Reading& in, unsigned weekday, Duration clock)
{
  const std::chrono::weekday wanted{weekday};
  const auto today = in.today();
  if (in.sense == TimeSense::past) {
    auto day = today - (std::chrono::weekday{today} - wanted);
    if (LocalTime{day} + clock > in.zone.local(in.now)) day -= days{7};
    return at_local(in, LocalTime{day} + clock);
  }
  auto day = today + (wanted - std::chrono::weekday{today});
  auto time = at_local(in, LocalTime{day} + clock, in.now);
  if (!time || time->at >= in.now) return time;
  return at_local(in, LocalTime{day + days{7}} + clock, in.now);
}

Result<HumanTime> at_time_of_day(const Reading& in, Duration clock)
{
  auto today = in.today();
  if (in.sense == TimeSense::past) {
    if (LocalTime{today} + clock > in.zone.local(in.now)) today -= days{1};
    return at_local(in, LocalTime{today} + clock);
  }
  auto time = at_local(in, LocalTime{today} + clock, in.now);
  if (!time || time->at >= in.now) return time;
  return at_local(in, LocalTime{today + days{1}} + clock, in.now);
}

Result<HumanTime> on_relative_day(const Reading& in, int offset, std::optional<Duration> clock)
{
  if (offset < 0 && in.sense == TimeSense::coming) {
    return refused(in, "lies in the past", "write today, tomorrow, a weekday or a date");
  }
  const auto day = in.today() + days{offset};
  auto time = at_local(in, LocalTime{day} + clock.value_or(Duration{0}));
  if (time && !clock && in.sense == TimeSense::coming) {
    time->warnings.push_back(
        fmt::format("{} means its midnight, {}", in.lower, shown(time->at, in.zone)));
  }
  return time;
}

// `mon 09:00`, `tomorrow`, `tomorrow 09:00`. Nothing when it is of another form.
std::optional<Result<HumanTime>> try_day_and_time(const Reading& in)
{
  const auto blank = in.lower.find(' ');
  const auto word = in.lower.substr(0, blank);
  std::optional<Duration> clock;
  if (blank != std::string_view::npos) {
    auto rest = in.lower.substr(blank + 1);
    if (rest.starts_with("at ")) rest.remove_prefix(3);
    clock = parse_time_of_day(rest);
    if (!clock) return std::nullopt;
  }
  if (word == "today") return on_relative_day(in, 0, clock);
  if (word == "tomorrow") return on_relative_day(in, 1, clock);
  if (word == "yesterday") return on_relative_day(in, -1, clock);
  const auto weekday = weekday_of(word);
  if (!weekday) return std::nullopt;
  if (!clock) {
    return refused(in, "a weekday without a time of day", fmt::format("write {} 09:00", word));
  }
  return on_weekday(in, *weekday, *clock);
}

// The numbers of `03/04/2027`, `2027.4.3` or `03/04`: two or three, all with the same separator.
std::optional<std::vector<int>> numbers_of_date(std::string_view word)
{
  const auto separator = word.find_first_of("/.-");
  if (separator == std::string_view::npos) return std::nullopt;
  std::vector<int> numbers;
  for (const auto part : split(word, word[separator])) {
    const auto number = parse_number<int>(part);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  // `14.30` rather is a time of day.
  if (numbers.size() == 2 && word[separator] == '/') return numbers;
  return numbers.size() == 3 ? std::optional{numbers} : std::nullopt;
}

// Dates that are not written as in ISO 8601: `03/04/2027` has two readings, and so have
// `03.04.2027`, `03-04-2027` and `03/04`; `2027/04/03` has one.
std::optional<Error> foreign_date(const Reading& in)
{
  auto numbers = numbers_of_date(in.lower.substr(0, in.lower.find(' ')));
  if (!numbers) return std::nullopt;
  if (numbers->size() == 2) {
    const std::chrono::year_month_day today{in.today()};
    numbers->push_back(static_cast<int>(today.year()));
  }
  const bool year_first = numbers->front() >= 1000;
  const int year = year_first ? numbers->front() : numbers->back();
  const int a = numbers->at(year_first ? 1 : 0);
  const int b = numbers->at(year_first ? 2 : 1);
  if (year < 1000 || year > 9999 || a < 1 || b < 1 || a > 31 || b > 31 || (a > 12 && b > 12)) {
    return std::nullopt;
  }
  const auto one = fmt::format("{:04}-{:02}-{:02}", year, a, b);
  const auto other = fmt::format("{:04}-{:02}-{:02}", year, b, a);
  if (year_first && a <= 12) {
    return refused(in, "dates are written with hyphens", "write " + one);
  }
  if (a == b || b > 12 || a > 12) {
    return refused(in, "dates are written year first", "write " + (a > 12 ? other : one));
  }
  return refused(in, fmt::format("can mean {} or {}", one, other),
                 fmt::format("write {} or {}", one, other));
}

// `1430` and `20270328` may have been meant as more than numbers.
Error bare_number(const Reading& in)
{
  const auto digits = in.lower;
  auto hint = fmt::format("write @{0} for seconds since 1970, +{0}s for seconds from now", digits);
  if (digits.size() == 4) {
    hint += fmt::format(", {}:{} for a time of day", digits.substr(0, 2), digits.substr(2));
  } else if (digits.size() == 8) {
    hint += fmt::format(", {}-{}-{} for a date", digits.substr(0, 4), digits.substr(4, 2),
                        digits.substr(6));
  }
  return refused(in, "a bare number", std::move(hint));
}

// What has two readings, or was meant for another option.
Error not_understood(const Reading& in)
{
  if (in.lower.starts_with("next ")) {
    const auto rest = in.lower.substr(5);
    if (const auto weekday = weekday_of(rest.substr(0, rest.find(' ')))) {
      const auto today = in.today();
      const auto day = today + (std::chrono::weekday{*weekday} - std::chrono::weekday{today});
      return refused(
          in, fmt::format("can mean {} or {}", date_text(day), date_text(day + days{7})),
          fmt::format("write the date, or {} 09:00 for the next such time", rest.substr(0, 3)));
    }
  }
  if (auto date = foreign_date(in)) return *date;
  if (parse_duration(in.exact)) {
    return refused(in, "is a duration",
                   in.sense == TimeSense::coming
                       ? fmt::format("write +{0}", in.exact)
                       : fmt::format("write \"{0} ago\" or +{0}", in.exact));
  }
  const bool number = in.lower.find_first_not_of("0123456789") == std::string_view::npos;
  if (number && !in.lower.empty()) return bare_number(in);
  if (in.lower.find_first_not_of("0123456789:") == std::string_view::npos && !in.lower.empty()) {
    return refused(in, "no such time of day", "a day is from 00:00 to 23:59:59");
  }
  return refused(in, "cannot be read as a time",
                 "write 2027-03-28T14:30, 14:30, mon 09:00, tomorrow 09:00 or +5m");
}

Result<HumanTime> read(const Reading& in)
{
  if (looks_like_iso_time(in.exact)) {
    const auto iso = parse_iso_time(in.exact);
    if (!iso) return iso.error();
    if (!iso->offset) return at_local(in, iso->local);
    return HumanTime{Instant{iso->local.time_since_epoch()} - *iso->offset, {}};
  }
  if (in.lower.starts_with('@')) return epoch_time(in);
  if (const auto relative = try_relative(in)) return *relative;
  if (const auto clock = parse_time_of_day(in.lower)) return at_time_of_day(in, *clock);
  if (const auto day = try_day_and_time(in)) return *day;
  return not_understood(in);
}

}  // namespace

Error beyond_all_time(std::string_view text)
{
  return refused(text, "lies outside the years 1 to 9999", "write a time that is nearer");
}

Result<HumanTime> parse_time(std::string_view text, Instant now, const Zone& zone, TimeSense sense)
{
  const auto exact = with_single_blanks(text);
  const auto lowered = lower(exact);
  const Reading in{text, exact, lowered, now, zone, sense};
  const auto time = read(in);
  if (time && (time->at < first_instant || time->at > last_instant)) return beyond_all_time(text);
  return time;
}

}  // namespace asyncz
