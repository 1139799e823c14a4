// SPDX-License-Identifier: MIT
#include "import/cron_reading.hpp"

#include "base/text.hpp"
#include "import/cron_field_parsers.hpp"
#include "import/crontab_line.hpp"
#include "schedule/cron_expression.hpp"

#include <algorithm>

namespace asyncz {

const std::array<CronField, 5> crontab_columns{{
    {"minute", 0, 59},
    {"hour", 0, 23},
    {"day-of-month", 1, 31},
    {"month", 1, 12, month_words},
    {"day-of-week", 0, 7, days_from_sunday},
}};

namespace {

using Outcome = FieldReading::Outcome;

std::uint64_t all_values(const CronField& field)
{
  const int last = is_week(field) ? 6 : field.high;
  return (bit(last) | (bit(last) - 1)) & ~(bit(field.low) - 1);
}

// Which days match where both day fields may limit them.
void join_days(CronReading& reading, bool all_days, bool all_weekdays, CronDialect dialect)
{
  auto& days = reading.values[day_column];
  auto& weekdays = reading.values[weekday_column];
  switch (dialect) {
    case CronDialect::cronie:
    case CronDialect::vixie:
    case CronDialect::bsd:
      reading.either_day = !all_days && !all_weekdays;
      return;
    case CronDialect::busybox:
      // Where one field alone limits the days, the other is dropped.
      reading.either_day = !all_days && !all_weekdays;
      if (all_weekdays && !all_days) weekdays = all_values(crontab_columns[weekday_column]);
      if (all_days && !all_weekdays) days = all_values(crontab_columns[day_column]);
      return;
    case CronDialect::dcron:
      if (!all_days && !all_weekdays) reading.kind = CronReading::Kind::nth_weekday;
      return;
  }
}

bool is_dillon(CronDialect dialect)
{
  return dialect == CronDialect::busybox || dialect == CronDialect::dcron;
}

CronReading read_nickname(std::string_view name, CronDialect dialect)
{
  const bool dcron = dialect == CronDialect::dcron;
  const bool bsd = dialect == CronDialect::bsd;
  CronReading reading;
  if (name == "@reboot") reading.kind = CronReading::Kind::boot;
  if (name == "@every_second" && bsd) reading.kind = CronReading::Kind::every_second;
  if (name == "@every_minute" && bsd) return read_cron_fields({"*", "*", "*", "*", "*"}, dialect);
  if ((dcron && name == "@noauto") || (bsd && cron_number(name.substr(1)))) {
    reading.kind = CronReading::Kind::relative;
  }
  const auto fields = nickname_fields(name);
  const bool known = !dcron || (name != "@midnight" && name != "@annually");
  if (!fields || !known) return reading;
  if (dcron) {
    reading.kind = CronReading::Kind::relative;
    return reading;
  }
  const auto words = split(*fields, ' ');
  return read_cron_fields({words[0], words[1], words[2], words[3], words[4]}, dialect);
}

}  // namespace

FieldReading read_cron_field(std::size_t column, std::string_view text, CronDialect dialect)
{
  const auto read = is_dillon(dialect) ? read_dillon_field : read_vixie_field;
  return read(column, text, dialect);
}

CronReading read_cron_fields(const std::array<std::string_view, 5>& fields, CronDialect dialect)
{
  CronReading reading{.kind = CronReading::Kind::clock};
  std::array<bool, 5> all{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto field = read_cron_field(i, fields.at(i), dialect);
    if (field.outcome == Outcome::refused) return {};
    if (field.outcome == Outcome::drawn) reading.kind = CronReading::Kind::drawn;
    reading.values.at(i) = field.values;
    all.at(i) = field.all;
  }
  reading.last_day = dialect == CronDialect::vixie && fields[day_column] == "$";
  reading.wildcard = fields[0].starts_with('*') || fields[1].starts_with('*');
  join_days(reading, all[day_column], all[weekday_column], dialect);
  return reading;
}

CronReading read_cron_line(std::string_view line, CronDialect dialect)
{
  line = trimmed(line);
  if (dialect == CronDialect::cronie && line.starts_with('-')) line.remove_prefix(1);
  if (line.starts_with('@')) return read_nickname(first_word(line), dialect);
  std::array<std::string_view, 5> fields;
  for (auto& field : fields) field = take_word(line);
  return line.empty() ? CronReading{} : read_cron_fields(fields, dialect);
}

bool CronReading::ever_matches() const
{
  constexpr std::array<int, 12> longest{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const auto [minutes, hours, days, months, weekdays] = values;
  bool in_month = last_day;
  for (int month = 1; month <= 12; ++month) {
    const auto month_days = bit(longest.at(static_cast<std::size_t>(month) - 1) + 1) - 1;
    in_month = in_month || ((months & bit(month)) != 0 && (days & month_days) != 0);
  }
  const bool in_week = weekdays != 0;
  const bool any_day = either_day ? in_month || in_week : in_month && in_week;
  return any_day && minutes != 0 && hours != 0 && months != 0;
}

bool CronReading::matches_day(std::chrono::local_days day) const
{
  using std::chrono::days;
  const auto has = [this](std::size_t column, unsigned number) {
    return (values.at(column) >> number & 1U) != 0;
  };
  const std::chrono::year_month_day date{day};
  if (!has(day_column + 1, unsigned{date.month()})) return false;
  const bool last = std::chrono::year_month_day{day + days{1}}.day() == std::chrono::day{1};
  const bool in_month = has(day_column, unsigned{date.day()}) || (last_day && last);
  const bool in_week = has(weekday_column, std::chrono::weekday{day}.c_encoding());
  return either_day ? in_month || in_week : in_month && in_week;
}

}  // namespace asyncz
