// SPDX-License-Identifier: MIT
#include "schedule/named_fields.hpp"

#include "base/text.hpp"
#include "schedule/cron_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace asyncz {
namespace {

// The places of the fields in named_field_names.
enum Place : std::size_t { year, month, day, week, day_of_week, hour, minute, second };

const std::array<CronField, 8> fields{{
    {"year", first_year, last_year},
    {"month", 1, 12, month_words},
    {"day", 1, 31, {}, "d"},
    {"week", 1, 53},
    {"day_of_week", 0, 6, days_from_monday},
    {"hour", 0, 23, {}, "h"},
    {"minute", 0, 59, {}, "m"},
    {"second", 0, 59, {}, "s"},
}};

constexpr std::array<std::string_view, 8> defaults_below{"*", "1", "1", "*", "*", "0", "0", "0"};

using Values = std::array<std::optional<std::string_view>, 8>;

// What stands behind `=`: quoted, or up to the next blank.
Result<std::string_view> take_value(std::string_view& rest, std::string_view name)
{
  if (!rest.starts_with('"') && !rest.starts_with('\'')) {
    const auto value = rest.substr(0, rest.find_first_of(" \t\n"));
    rest.remove_prefix(value.size());
    return value;
  }
  const auto close = rest.find(rest.front(), 1);
  if (close == std::string_view::npos) {
    return Error{ErrorKind::usage, fmt::format("{} field: the quote is not closed", name), {}};
  }
  const auto value = rest.substr(1, close - 1);
  rest.remove_prefix(close + 1);
  return value;
}

Result<Values> split_fields(std::string_view text)
{
  Values values;
  auto rest = trimmed(text);
  while (!rest.empty()) {
    const auto equals = rest.find('=');
    const auto name = trimmed(rest.substr(0, equals));
    const auto* const found = std::find(named_field_names.begin(), named_field_names.end(), name);
    if (equals == std::string_view::npos || found == named_field_names.end()) {
      const auto meant = did_you_mean(name, named_field_names);
      const bool word =
          name.find(' ') == std::string_view::npos && equals != std::string_view::npos;
      return Error{ErrorKind::usage, fmt::format("no such field: {}", printable(name)),
                   meant  ? fmt::format("write {}", *meant)
                   : word ? "fields are year month day week day_of_week hour minute second"
                          : "quote values with blanks, as in day=\"last sun\""};
    }
    rest.remove_prefix(equals + 1);
    const auto value = take_value(rest, name);
    if (!value) return value.error();
    auto& place = values.at(static_cast<std::size_t>(found - named_field_names.begin()));
    if (place) return Error{ErrorKind::usage, fmt::format("{} is given twice", name), {}};
    place = trimmed(*value);
    rest = trimmed(rest);
  }
  return values;
}

void fill_defaults(Values& values)
{
  const auto given = [](const auto& value) { return value.has_value(); };
  const auto least = std::find_if(values.rbegin(), values.rend(), given);
  const auto count = static_cast<std::size_t>(values.rend() - least);  // up to the least given one
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values.at(i)) values.at(i) = i < count ? "*" : defaults_below.at(i);
  }
}

Result<std::vector<Progression>> parse_list(const CronField& field, std::string_view text)
{
  std::vector<Progression> parts;
  for (const auto item : split(text, ',')) {
    const auto part = parse_field_item(field, trimmed(item));
    if (!part) return part.error();
    parts.push_back(*part);
  }
  return parts;
}

Result<std::uint64_t> parse_bits(Place place, const Values& values)
{
  const auto& field = fields.at(place);
  const auto parts = parse_list(field, *values.at(place));
  if (!parts) return parts.error();
  std::uint64_t bits = 0;
  for (const auto& part : *parts) bits |= bits_of(field, part);
  return bits;
}

// Bits from Monday to bits from Sunday.
std::uint32_t from_sunday(std::uint64_t from_monday)
{
  return static_cast<std::uint32_t>((from_monday << 1U | from_monday >> 6U) & every_weekday);
}

// `1st` … `5th`: 0 … 4; `last`: 5.
std::optional<std::size_t> ordinal(std::string_view word)
{
  constexpr std::array<std::string_view, 6> words{"1st", "2nd", "3rd", "4th", "5th", "last"};
  const auto* const found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

// `last`, `last sun`, `2nd fri`; false when it is of another form.
Result<bool> add_ordinal_day(DaySet& set, std::string_view item)
{
  const auto text = lower(item);
  if (text == "last") {
    set.from_end |= 1U << 1U;
    return true;
  }
  const auto blank = text.find(' ');
  const auto nth = ordinal(std::string_view{text}.substr(0, blank));
  if (!nth) return false;
  const auto weekday = blank == std::string::npos ? std::string_view{}
                                                  : trimmed(std::string_view{text}.substr(blank));
  if (std::find(days_from_monday.begin(), days_from_monday.end(), weekday) ==
      days_from_monday.end()) {
    return field_error(fields.at(day), fmt::format("no such weekday: {}", printable(weekday)),
                       "write it as in last sun");
  }
  const auto number = parse_field_value(fields.at(day_of_week), weekday);
  if (!number) return number.error();
  const auto bit = from_sunday(std::uint64_t{1} << static_cast<unsigned>(*number));
  (*nth == 5 ? set.last_weekday : set.nth_weekday.at(*nth)) |= bit;
  return true;
}

Result<DaySet> parse_days(std::string_view text)
{
  DaySet set;
  for (const auto item : split(text, ',')) {
    const auto added = add_ordinal_day(set, trimmed(item));
    if (!added) return added.error();
    if (*added) continue;
    const auto part = parse_field_item(fields.at(day), trimmed(item));
    if (!part) return part.error();
    set.days |= static_cast<std::uint32_t>(bits_of(fields.at(day), *part));
  }
  return set;
}

Status parse_date(CalendarRule& rule, const Values& values)
{
  auto years = parse_list(fields.at(year), *values.at(year));
  if (!years) return years.error();
  const auto months = parse_bits(month, values);
  if (!months) return months.error();
  const auto days = parse_days(*values.at(day));
  if (!days) return days.error();
  const auto weeks = parse_bits(week, values);
  if (!weeks) return weeks.error();
  const auto weekdays = parse_bits(day_of_week, values);
  if (!weekdays) return weekdays.error();

  rule.years = NumberSet{std::move(*years)};
  rule.months = static_cast<std::uint32_t>(*months);
  rule.month_days = *days;
  rule.weeks = values.at(week) == "*" ? 0 : *weeks;
  rule.week_days = DaySet{.weekdays = from_sunday(*weekdays)};
  return {};
}

Status parse_time(CalendarRule& rule, const Values& values)
{
  const auto hours = parse_bits(hour, values);
  if (!hours) return hours.error();
  const auto minutes = parse_bits(minute, values);
  if (!minutes) return minutes.error();
  auto seconds = parse_list(fields.at(second), *values.at(second));
  if (!seconds) return seconds.error();

  constexpr std::int64_t second_us = 1'000'000;
  for (auto& part : *seconds) {
    part = {part.first * second_us, part.last * second_us, part.step * second_us};
  }
  rule.hours = static_cast<std::uint32_t>(*hours);
  rule.minutes = *minutes;
  rule.seconds = NumberSet{std::move(*seconds)};
  return {};
}

}  // namespace

Result<CronExpression> parse_named_fields(std::string_view text)
{
  auto values = split_fields(text);
  if (!values) return values.error();
  fill_defaults(*values);

  CronExpression out;
  if (auto read = parse_date(out.rule, *values); !read) return read.error();
  if (auto read = parse_time(out.rule, *values); !read) return read.error();
  out.elapsed = values->at(minute)->starts_with('*') || values->at(hour)->starts_with('*');
  return out;
}

std::vector<FieldText> named_field_texts(std::string_view text)
{
  std::vector<FieldText> out;
  const auto values = split_fields(text);
  if (!values) return out;
  for (std::size_t i = 0; i < values->size(); ++i) {
    if (const auto& value = values->at(i)) out.push_back({named_field_names.at(i), *value});
  }
  return out;
}

}  // namespace asyncz
