// SPDX-License-Identifier: MIT
#include "import/cron_dialect.hpp"

#include "base/text.hpp"
#include "import/cron_reading.hpp"
#include "schedule/trigger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace asyncz {
namespace {

constexpr std::array<std::string_view, 5> dialects{"cronie", "vixie", "busybox", "dcron", "bsd"};

// The values as a list of numbers and ranges.
std::string list_of(const CronField& field, std::uint64_t values)
{
  std::string text;
  const auto at = [&](int i) {
    return i <= field.high && (values >> static_cast<unsigned>(i) & 1U) != 0;
  };
  for (int first = field.low; first <= field.high; ++first) {
    if (!at(first)) continue;
    int last = first;
    while (at(last + 1)) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last > first) text += (last == first + 1 ? "," : "-") + std::to_string(last);
    first = last;
  }
  return text;
}

bool names_all(std::size_t column, std::uint64_t values)
{
  return values == *undisputed_values(column, "*");
}

// How such a field is written here.
std::string advice_on(std::size_t column, std::string_view text)
{
  std::array<std::string, 5> fields{"*", "*", "*", "*", "*"};
  fields.at(column) = text;
  const auto expression = joined(fields, " ");
  const auto ours = compile({.kind = TriggerKind::cron, .expression = expression}, Zone{}, "");
  if (ours) return "without --dialect it is read as asyncz-tasks(7) says";
  return ours.error().hint.empty() ? "write the values that are meant" : ours.error().hint;
}

Error no_such_times(std::size_t column, CronDialect dialect, std::string_view text,
                    std::string_view what)
{
  return {
      ErrorKind::usage,
      fmt::format("{}: {} {}", crontab_columns.at(column).name, cron_dialect_text(dialect), what),
      advice_on(column, text)};
}

// What keeps a field from being carried over.
std::optional<Error> obstacle(std::size_t column, std::string_view text,
                              const FieldReading& reading, CronDialect dialect)
{
  using Outcome = FieldReading::Outcome;
  const auto shown = printable(text);
  if (reading.outcome == Outcome::refused) {
    return no_such_times(column, dialect, text, fmt::format("does not accept '{}'", shown));
  }
  if (reading.outcome == Outcome::logged) {
    const auto values = list_of(crontab_columns.at(column), reading.values);
    return no_such_times(column, dialect, text,
                         fmt::format("logs an error at '{}' and {}", shown,
                                     values.empty() ? "never runs" : "runs at " + values));
  }
  const bool last_day = column == day_column && text == "$";
  if (reading.outcome == Outcome::read && reading.values == 0 && !last_day) {
    return no_such_times(column, dialect, text,
                         fmt::format("accepts '{}' and never runs it", shown));
  }
  return std::nullopt;
}

// The field in our words, where it stands alone.
std::string translated(std::size_t column, const std::string& text, const FieldReading& reading)
{
  if (reading.outcome == FieldReading::Outcome::drawn) return text;
  if (column == day_column && text == "$") return "L";
  if (undisputed_values(column, text) == reading.values) return text;
  return names_all(column, reading.values) ? "*"
                                           : list_of(crontab_columns.at(column), reading.values);
}

// A day field that must not be taken for `*`, as one of two of which either is enough.
std::string without_star(std::size_t column, const std::string& text, std::uint64_t values)
{
  return text.starts_with('*') ? list_of(crontab_columns.at(column), values) : text;
}

// Both day fields so that they are joined here as they were there: either is enough, or, where one
// of them begins with `*`, both must match.
Status join_days(std::vector<std::string>& fields, const std::vector<std::string>& written,
                 const CronReading& reading, CronDialect dialect)
{
  if (reading.kind == CronReading::Kind::nth_weekday) {
    return Error{ErrorKind::usage, "dcron reads both day fields together as the n-th weekday",
                 "write it as in 1#2, the second Monday"};
  }
  const auto& days = reading.values[day_column];
  const auto& weekdays = reading.values[weekday_column];
  auto& day = fields[day_column];
  auto& weekday = fields[weekday_column];
  if (reading.either_day) {
    day = without_star(day_column, day, days);
    weekday = without_star(weekday_column, weekday, weekdays);
    return {};
  }
  if (day.starts_with('*') || weekday.starts_with('*')) return {};
  if (names_all(day_column, days)) day = "*";
  if (names_all(weekday_column, weekdays)) weekday = "*";
  if (day == "*" || weekday == "*") return {};
  const auto column = written[day_column].starts_with('*') ? day_column : weekday_column;
  return no_such_times(column, dialect, written[column],
                       fmt::format("has a reading of its own of '{}'", written[column]));
}

}  // namespace

std::optional<CronDialect> parse_cron_dialect(std::string_view text)
{
  const auto* const found = std::ranges::find(dialects, text);
  if (found == dialects.end()) return std::nullopt;
  return static_cast<CronDialect>(found - dialects.begin());
}

std::string_view cron_dialect_text(CronDialect dialect)
{
  return dialects.at(static_cast<std::size_t>(dialect));
}

bool has_percent_rule(CronDialect dialect)
{
  return dialect != CronDialect::busybox && dialect != CronDialect::dcron;
}

Result<std::vector<std::string>> translated_fields(const std::vector<std::string>& fields,
                                                   CronDialect dialect)
{
  std::vector<std::string> result;
  std::array<std::string_view, 5> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    words.at(i) = fields[i];
    const auto reading = read_cron_field(i, fields[i], dialect);
    if (auto error = obstacle(i, fields[i], reading, dialect)) return *std::move(error);
    result.push_back(translated(i, fields[i], reading));
  }
  const auto reading = read_cron_fields(words, dialect);
  if (reading.kind == CronReading::Kind::drawn) return result;
  const auto done = join_days(result, fields, reading, dialect);
  if (!done) return done.error();
  return result;
}

}  // namespace asyncz
