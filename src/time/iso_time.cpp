// SPDX-License-Identifier: MIT
#include "time/iso_time.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cctype>

namespace asyncz {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes what it is asked for from the front of a text; `failed` once something was not there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_{text} {}

  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool take(char c)
  {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Exactly `count` digits.
  std::optional<int> number(std::size_t count) { return number(count, count); }

  std::optional<int> number(std::size_t least, std::size_t most)
  {
    std::size_t length = 0;
    int value = 0;
    while (length < most && length < rest_.size() && is_digit(rest_[length])) {
      value = value * 10 + (rest_[length] - '0');
      ++length;
    }
    if (length < least) return std::nullopt;
    rest_.remove_prefix(length);
    return value;
  }

 private:
  std::string_view rest_;
};

Error refused(std::string_view text, std::string_view why,
              std::string hint = "write it as in 2027-03-28T14:30")
{
  return {ErrorKind::usage, fmt::format("time \"{}\": {}", printable(text), why), std::move(hint)};
}

// `.5`, `,250`: up to six digits count.
std::optional<Duration> take_fraction(Scanner& in)
{
  if (!in.take('.') && !in.take(',')) return Duration{0};
  Duration sum{0};
  Duration part = seconds{1};
  bool any = false;
  while (const auto digit = in.number(1)) {
    part /= 10;
    if (part == Duration{0} && *digit != 0) return std::nullopt;  // finer than a microsecond
    sum += part * *digit;
    any = true;
  }
  if (!any) return std::nullopt;
  return sum;
}

// `14:30`, `14:30:15.5`; without colons when `basic`.
std::optional<Duration> take_time(Scanner& in, bool basic, std::size_t least_hour_digits)
{
  const auto hour = in.number(least_hour_digits, 2);
  if (!hour || *hour > 23) return std::nullopt;
  if (!basic && !in.take(':')) return std::nullopt;
  const auto minute = in.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  Duration time = hours{*hour} + minutes{*minute};
  const bool has_seconds = basic ? !in.at_end() && is_digit(in.rest().front()) : in.take(':');
  if (!has_seconds) return time;
  const auto second = in.number(2);
  if (!second || *second > 59) return std::nullopt;
  const auto fraction = take_fraction(in);
  if (!fraction) return std::nullopt;
  return time + seconds{*second} + *fraction;
}

// `Z`, `+02:00`, `+0200`, `+02`.
std::optional<seconds> take_offset(Scanner& in)
{
  if (in.take('Z') || in.take('z')) return seconds{0};
  const bool east = in.take('+');
  if (!east && !in.take('-')) return std::nullopt;
  const auto hour = in.number(2);
  if (!hour || *hour > 23) return std::nullopt;
  in.take(':');
  const auto minute = in.at_end() ? 0 : in.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  const seconds offset = hours{*hour} + minutes{*minute};
  return east ? offset : -offset;
}

std::optional<std::chrono::local_days> take_date(Scanner& in, bool basic)
{
  const auto year = in.number(4);
  if (!year || (!basic && !in.take('-'))) return std::nullopt;
  const auto month = basic ? in.number(2) : in.number(1, 2);
  if (!month || (!basic && !in.take('-'))) return std::nullopt;
  const auto day = basic ? in.number(2) : in.number(1, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year == 0) return std::nullopt;
  return std::chrono::local_days{date};
}

bool is_basic(std::string_view text)
{
  return text.size() > 8 && (text[8] == 'T' || text[8] == 't');
}

// `14:30`, `4`, `4:30` before `am` or `pm`.
std::optional<Duration> twelve_hour_time(std::string_view text, bool afternoon)
{
  Scanner in{trimmed(text)};
  const auto hour = in.number(1, 2);
  if (!hour || *hour < 1 || *hour > 12) return std::nullopt;
  int minute = 0;
  if (in.take(':')) minute = in.number(2).value_or(60);
  if (minute > 59 || !in.at_end()) return std::nullopt;
  return hours{*hour % 12 + (afternoon ? 12 : 0)} + minutes{minute};
}

std::string clock_text(LocalTime time)
{
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss<Duration> clock{time - day};
  return fmt::format("{:02}:{:02}", clock.hours().count(), clock.minutes().count());
}

std::string date_text(LocalTime time)
{
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

Error in_gap(LocalTime time, Instant end_of_gap, const Zone& zone)
{
  const auto before = end_of_gap - seconds{1};
  return {
      ErrorKind::usage,
      fmt::format("{} {} does not exist in {}: clocks go forward from {} to {}", date_text(time),
                  clock_text(time), zone.name(), clock_text(zone.local(before) + seconds{1}),
                  clock_text(zone.local(end_of_gap))),
      fmt::format("write {} or before, or {} or after", rfc3339(before, zone.offset_at(before)),
                  rfc3339(end_of_gap, zone.offset_at(end_of_gap)))};
}

}  // namespace

bool looks_like_iso_time(std::string_view text)
{
  Scanner in{text};
  if (!in.number(4)) return false;
  return in.take('-') || (in.number(4) && (in.take('T') || in.take('t')));
}

Result<IsoTime> parse_iso_time(std::string_view text)
{
  const auto whole = trimmed(text);
  const bool basic = is_basic(whole);
  Scanner in{whole};
  const auto date = take_date(in, basic);
  if (!date) return refused(text, "no such date");
  IsoTime time{LocalTime{*date}, std::nullopt};
  if (in.at_end()) return time;
  if (!in.take('T') && !in.take('t') && !in.take(' ')) {
    return refused(text, fmt::format("cannot read \"{}\" after the date", printable(in.rest())));
  }
  const auto clock = take_time(in, basic, basic ? 2 : 1);
  if (!clock) return refused(text, "no such time of day");
  time.local += *clock;
  if (in.at_end()) return time;
  in.take(' ');
  time.offset = take_offset(in);
  if (!time.offset || !in.at_end()) {
    return refused(text, "cannot read the offset from UTC",
                   "write Z or +02:00, or nothing for local time");
  }
  return time;
}

std::optional<Duration> parse_time_of_day(std::string_view text)
{
  const auto word = lower(trimmed(text));
  if (word == "noon") return hours{12};
  if (word == "midnight") return Duration{0};
  if (word.ends_with("am") || word.ends_with("pm")) {
    return twelve_hour_time(std::string_view{word}.substr(0, word.size() - 2),
                            word.ends_with("pm"));
  }
  Scanner in{word};
  const auto time = take_time(in, false, 1);
  if (!time || !in.at_end()) return std::nullopt;
  return time;
}

Result<Resolved> resolve(LocalTime time, const Zone& zone)
{
  const auto meaning = zone.meaning(time);
  switch (meaning.kind) {
    case LocalMeaning::Kind::unique:
      return Resolved{meaning.first, std::nullopt};
    case LocalMeaning::Kind::repeated:
      return Resolved{meaning.first, meaning.second};
    case LocalMeaning::Kind::skipped:
      break;
  }
  return in_gap(time, meaning.first, zone);
}

}  // namespace asyncz
