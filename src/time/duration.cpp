// SPDX-License-Identifier: MIT
// Durations as texts: `1h30m`, `PT1H30M`.
#include "base/text.hpp"
#include "time/instant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace asyncz {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t us;
};

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr std::int64_t hour_us = 60 * minute_us;
constexpr std::int64_t day_us = 24 * hour_us;
constexpr std::int64_t week_us = 7 * day_us;
constexpr std::int64_t longest_us = (last_instant - first_instant).count();

constexpr std::array<Unit, 30> units{{
    {"us", 1},
    {"usec", 1},
    {"microsecond", 1},
    {"microseconds", 1},
    {"ms", 1000},
    {"msec", 1000},
    {"millisecond", 1000},
    {"milliseconds", 1000},
    {"s", second_us},
    {"sec", second_us},
    {"secs", second_us},
    {"second", second_us},
    {"seconds", second_us},
    {"m", minute_us},
    {"min", minute_us},
    {"mins", minute_us},
    {"minute", minute_us},
    {"minutes", minute_us},
    {"h", hour_us},
    {"hr", hour_us},
    {"hrs", hour_us},
    {"hour", hour_us},
    {"hours", hour_us},
    {"d", day_us},
    {"day", day_us},
    {"days", day_us},
    {"w", week_us},
    {"wk", week_us},
    {"week", week_us},
    {"weeks", week_us},
}};

constexpr std::string_view blanks = " \t";
constexpr std::string_view digits = "0123456789";

Error refused(std::string_view text, std::string_view why, std::string hint = {})
{
  return {ErrorKind::usage, fmt::format("duration \"{}\": {}", printable(text), why),
          std::move(hint)};
}

bool is_calendar_unit(std::string_view unit)
{
  constexpr std::array<std::string_view, 9> names{"M", "mo", "month", "months", "y",
                                                  "Y", "yr", "year",  "years"};
  return std::find(names.begin(), names.end(), unit) != names.end();
}

Error unknown_unit(std::string_view text, std::string_view unit)
{
  if (is_calendar_unit(unit)) {
    return refused(text, "a month or a year has no fixed length",
                   "write days, as in 30d (m is minutes), or use --cron for calendar dates");
  }
  std::vector<std::string_view> names;
  for (const auto& known : units) names.push_back(known.name);
  // One letter is near to every other.
  const auto meant = unit.size() > 1 ? did_you_mean(lower(unit), names) : std::nullopt;
  return refused(text, fmt::format("no such unit: {}", printable(unit)),
                 meant ? fmt::format("write {}", *meant) : "units are us, ms, s, m, h, d, w");
}

// What is left to read of a duration, and what was read.
struct Reader {
  std::string_view text;  // all of it, for messages
  std::string_view rest;
  std::int64_t total_us = 0;
  std::int64_t smallest_us = longest_us;  // the unit before; the next must be smaller

  void skip_blanks() { rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size())); }

  std::string_view take_while(std::string_view wanted)
  {
    const auto length = std::min(rest.find_first_not_of(wanted), rest.size());
    const auto taken = rest.substr(0, length);
    rest.remove_prefix(length);
    return taken;
  }

  // `12`, `1.5`, `0,5`: whole and fractional digits.
  Status take_number(std::string_view& whole, std::string_view& fraction)
  {
    whole = take_while(digits);
    if (whole.empty()) return refused(text, "expected a number", "write it as in 1h30m");
    if (rest.starts_with('.') || rest.starts_with(',')) {
      rest.remove_prefix(1);
      fraction = take_while(digits);
      if (fraction.empty()) return refused(text, "no digits after the decimal point");
    }
    return {};
  }

  Status add(std::string_view whole, std::string_view fraction, std::int64_t unit_us)
  {
    if (unit_us >= smallest_us) {
      return refused(text, "units go from large to small, each at most once",
                     "write it as in 1h30m");
    }
    smallest_us = unit_us;
    std::int64_t number = 0;
    for (const char digit : whole) {
      number = number * 10 + (digit - '0');
      if (number > longest_us / unit_us) return refused(text, "longer than 9999 years");
    }
    auto sum_us = number * unit_us;
    auto part_us = unit_us;
    for (const char digit : fraction) {
      part_us = part_us % 10 == 0 ? part_us / 10 : 0;
      if (part_us == 0 && digit != '0') return refused(text, "finer than a microsecond");
      sum_us += part_us * (digit - '0');
    }
    total_us += sum_us;
    if (total_us > longest_us) return refused(text, "longer than 9999 years");
    return {};
  }
};

// `1:30`: hours or minutes; `1,500s`: a point or thousands. Nothing when there is one reading.
std::optional<Error> two_readings(std::string_view text)
{
  const auto said = [&](const std::string& one, const std::string& other) {
    return refused(text, fmt::format("can mean {} or {}", one, other),
                   fmt::format("write {} or {}", one, other));
  };
  const auto is_number = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of(digits) == std::string_view::npos;
  };
  const auto colon = split(text, ':');
  if (colon.size() == 2 && is_number(colon[0]) && is_number(colon[1])) {
    return said(fmt::format("{}h{}m", colon[0], colon[1]),
                fmt::format("{}m{}s", colon[0], colon[1]));
  }
  const auto comma = split(text, ',');
  if (comma.size() != 2 || !is_number(comma[0]) || comma[0] == "0") return std::nullopt;
  const auto length = std::min(comma[1].find_first_not_of(digits), comma[1].size());
  if (length != 3) return std::nullopt;
  return said(fmt::format("{}.{}", comma[0], comma[1]), fmt::format("{}{}", comma[0], comma[1]));
}

Error missing_unit(std::string_view text, std::string_view whole, std::string_view fraction)
{
  const auto number = fmt::format("{}{}{}", whole, fraction.empty() ? "" : ".", fraction);
  return refused(text, fmt::format("the number {} has no unit", number),
                 fmt::format("write {0}s for seconds, {0}m for minutes", number));
}

Status take_part(Reader& reader)
{
  std::string_view whole;
  std::string_view fraction;
  if (auto read = reader.take_number(whole, fraction); !read) return read;
  reader.skip_blanks();
  const auto length = std::min(reader.rest.find_first_of("0123456789 \t.,"), reader.rest.size());
  const auto name = reader.rest.substr(0, length);
  if (name.empty()) return missing_unit(reader.text, whole, fraction);
  reader.rest.remove_prefix(length);
  const auto unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  if (unit == units.end()) return unknown_unit(reader.text, name);
  return reader.add(whole, fraction, unit->us);
}

std::int64_t iso_unit(char letter, bool in_time)
{
  if (in_time)
    return letter == 'H' ? hour_us : letter == 'M' ? minute_us : letter == 'S' ? second_us : 0;
  return letter == 'W' ? week_us : letter == 'D' ? day_us : 0;
}

// `P1DT2H`: what follows the `P`.
Status take_iso(Reader& reader)
{
  bool in_time = false;
  while (!reader.rest.empty()) {
    if (!in_time && reader.rest.starts_with('T')) {
      in_time = true;
      reader.rest.remove_prefix(1);
    }
    std::string_view whole;
    std::string_view fraction;
    if (auto read = reader.take_number(whole, fraction); !read) return read;
    if (reader.rest.empty()) return missing_unit(reader.text, whole, fraction);
    const char letter = reader.rest.front();
    const auto unit_us = iso_unit(letter, in_time);
    if (unit_us == 0) return unknown_unit(reader.text, reader.rest.substr(0, 1));
    reader.rest.remove_prefix(1);
    if (auto added = reader.add(whole, fraction, unit_us); !added) return added;
  }
  return {};
}

// A number of `unit_us`, which is a power of ten, with its fraction: 1.5.
std::string decimal(std::int64_t us, std::int64_t unit_us)
{
  auto out = std::to_string(us / unit_us);
  const auto fraction = us % unit_us;
  if (fraction == 0) return out;
  auto after = std::to_string(unit_us + fraction);  // a 1, then all digits of the fraction
  after.resize(after.find_last_not_of('0') + 1);
  after.front() = '.';
  return out + after;
}

std::string below_a_minute(std::int64_t us)
{
  if (us >= second_us) return decimal(us, second_us) + "s";
  if (us >= 1000) return decimal(us, 1000) + "ms";
  return fmt::format("{}us", us);
}

}  // namespace

Result<Duration> parse_duration(std::string_view text)
{
  Reader reader{text, trimmed(text)};
  if (reader.rest.empty()) return refused(text, "is empty", "write it as in 1h30m");
  if (reader.rest == "0") return Duration{0};
  if (reader.rest.starts_with('-')) return refused(text, "is negative");

  if (reader.rest.starts_with('P') && reader.rest.size() > 1) {
    reader.rest.remove_prefix(1);
    if (auto read = take_iso(reader); !read) return read.error();
    return Duration{reader.total_us};
  }
  if (auto ambiguous = two_readings(reader.rest)) return *ambiguous;
  while (!reader.rest.empty()) {
    if (auto read = take_part(reader); !read) return read.error();
    reader.skip_blanks();
  }
  return Duration{reader.total_us};
}

std::string duration_text(Duration duration)
{
  auto us = duration.count();
  if (us == 0) return "0s";
  if (us < 0) return fmt::format("-{}", duration_text(Duration{us == INT64_MIN ? INT64_MAX : -us}));
  if (us % week_us == 0) return fmt::format("{}w", us / week_us);

  std::string out;
  for (const auto& [name, unit_us] :
       {Unit{"d", day_us}, Unit{"h", hour_us}, Unit{"m", minute_us}}) {
    if (us >= unit_us) out += std::to_string(us / unit_us).append(name);
    us %= unit_us;
  }
  if (us > 0) out += below_a_minute(us);
  return out;
}

}  // namespace asyncz
