// SPDX-License-Identifier: MIT
#include "import/cron_reading.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
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

std::uint64_t bit(int number) { return std::uint64_t{1} << static_cast<unsigned>(number); }

bool is_week(const CronField& field) { return field.high == 7; }

std::uint64_t all_values(const CronField& field)
{
  const int last = is_week(field) ? 6 : field.high;
  return (bit(last) | (bit(last) - 1)) & ~(bit(field.low) - 1);
}

std::optional<int> number(std::string_view text)
{
  const auto value = parse_number<int>(text);
  return value && *value >= 0 ? value : std::nullopt;
}

// --- Vixie's parser, and those that grew from it -------------------------------------------------

// What they disagree on; the defaults are cronie's.
struct VixieRules {
  enum class Backwards : std::uint8_t { never, refused };
  Backwards backwards = Backwards::never;
  enum class LargeStep : std::uint8_t { first_value, refused, one };
  LargeStep large_step = LargeStep::first_value;  // a step larger than its range
  bool sunday_ends = true;                        // as in `fri-sun`
};

constexpr VixieRules our_rules{.backwards = VixieRules::Backwards::refused,
                               .large_step = VixieRules::LargeStep::refused};

constexpr VixieRules rules_of(CronDialect dialect)
{
  if (dialect != CronDialect::vixie) return {};
  return {.backwards = VixieRules::Backwards::refused,
          .large_step = VixieRules::LargeStep::one,
          .sunday_ends = false};
}

class VixieField {
 public:
  VixieField(const CronField& field, VixieRules rules) : field_{field}, rules_{rules} {}

  // Nothing: the cron refuses the field.
  std::optional<std::uint64_t> read(std::string_view text)
  {
    for (const auto item : split(text, ',')) {
      if (!read_item(item)) return std::nullopt;
    }
    if (is_week(field_) && (values_ & bit(7)) != 0) values_ = (values_ | bit(0)) & ~bit(7);
    return values_;
  }

 private:
  [[nodiscard]] std::optional<int> value(std::string_view text) const
  {
    const auto word = std::ranges::find(field_.words, lower(text));
    if (word != field_.words.end()) {
      return field_.low + static_cast<int>(word - field_.words.begin());
    }
    const auto given = number(text);
    return given && *given >= field_.low && *given <= field_.high ? given : std::nullopt;
  }

  bool read_item(std::string_view item)
  {
    const auto slash = item.find('/');
    const auto range = item.substr(0, slash);
    const auto dash = range.find('-');
    const bool star = range == "*";
    const bool lone = !star && dash == std::string_view::npos;
    const auto first = star ? std::optional{field_.low} : value(range.substr(0, dash));
    auto last = star ? std::optional{field_.high} : first;
    if (!star && !lone) {
      const auto end = range.substr(dash + 1);
      const bool sunday = rules_.sunday_ends && is_week(field_) && lower(end) == "sun";
      last = sunday ? std::optional{7} : value(end);
    }
    if (!first || !last) return false;
    if (slash == std::string_view::npos) return set(*first, *last, 1);
    const auto step = number(item.substr(slash + 1));
    return step && *step > 0 && !lone && set(*first, *last, *step);
  }

  bool set(int first, int last, int step)
  {
    if (first > last) return rules_.backwards == VixieRules::Backwards::never;
    if (step > 1 && step > last - first) {
      if (rules_.large_step == VixieRules::LargeStep::refused) return false;
      if (rules_.large_step == VixieRules::LargeStep::one) step = 1;
    }
    for (; first <= last; first += std::min(step, 60)) values_ |= bit(first);
    return true;
  }

  const CronField& field_;
  VixieRules rules_;
  std::uint64_t values_ = 0;
};

FieldReading read_vixie(std::size_t column, std::string_view text, CronDialect dialect)
{
  if (dialect != CronDialect::vixie && text.find('~') != std::string_view::npos) {
    return {.outcome = Outcome::drawn};
  }
  if (dialect == CronDialect::vixie && column == day_column && text == "$") return {};
  const auto& field = crontab_columns.at(column);
  const auto values = VixieField{field, rules_of(dialect)}.read(text);
  if (!values) return {.outcome = Outcome::refused};
  return {Outcome::read, *values, text.starts_with('*')};
}

// --- Dillon's parser, of dcron and of busybox ----------------------------------------------------

// Walks a ring of values from the first to the last of a range; where it never meets the last, it
// has seen them all when it gives up.
class DillonField {
 public:
  DillonField(const CronField& field, bool busybox) : field_{field}, busybox_{busybox}
  {
    const bool days = field.high == 31;
    offset_ = field.low == 1 && !days ? -1 : 0;
    size_ = days ? 32 : is_week(field) ? 7 : field.high + 1 + offset_;
  }

  FieldReading read(std::string_view text)
  {
    rest_ = text;
    bool good = read_item();
    while (good && rest_.starts_with(',')) {
      rest_.remove_prefix(1);
      if (rest_.empty() && !busybox_) break;
      good = read_item();
    }
    FieldReading reading;
    if (!good || !rest_.empty()) reading.outcome = busybox_ ? Outcome::logged : Outcome::refused;
    reading.all = values_ == bit(size_) - 1;
    reading.values = offset_ < 0 ? values_ << 1U : values_;
    if (field_.low == 1) reading.values &= ~bit(0);
    return reading;
  }

 private:
  // A number or a name at the front; it is taken.
  std::optional<int> take_value()
  {
    const auto digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits > 0) {
      const auto value = number(rest_.substr(0, digits));
      rest_.remove_prefix(digits);
      return value.value_or(1'000'000) + offset_;
    }
    const auto word = busybox_ ? lower(rest_.substr(0, 3)) : std::string{rest_.substr(0, 3)};
    const auto name = std::ranges::find(field_.words, word);
    if (name == field_.words.end()) return std::nullopt;
    rest_.remove_prefix(3);
    return static_cast<int>(name - field_.words.begin());
  }

  bool read_item()
  {
    int first = -1;
    int last = -1;
    if (rest_.starts_with('*')) {
      rest_.remove_prefix(1);
      first = 0;
      last = size_ - 1;
    } else {
      for (;;) {
        const auto value = take_value();
        if (!value) return false;
        (first < 0 ? first : last) = *value;  // month 0 is none, so that `0-3` is 3
        if (!rest_.starts_with('-') || last >= 0) break;
        rest_.remove_prefix(1);
      }
      if (last < 0) last = first;
    }
    return walk(first, busybox_ ? last : last % size_, take_step());
  }

  int take_step()
  {
    if (!rest_.starts_with('/')) return 1;
    rest_.remove_prefix(1);
    const auto digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const auto step = number(rest_.substr(0, digits));
    rest_.remove_prefix(digits);
    return step.value_or(0);
  }

  // A step of 0 is met once.
  bool walk(int first, int last, int step)
  {
    constexpr int patience = 1024;
    if (first < 0) return true;
    for (int i = 0; i < patience; ++i) {
      const int value = (first + i) % size_;
      if (step == 0 ? i == 0 : i % step == 0) values_ |= bit(value);
      if (value == last) return true;
    }
    return false;
  }

  const CronField& field_;
  bool busybox_;
  int offset_ = 0;
  int size_ = 0;
  std::string_view rest_;
  std::uint64_t values_ = 0;
};

// --- Lines ---------------------------------------------------------------------------------------

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
  if ((dcron && name == "@noauto") || (bsd && number(name.substr(1)))) {
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
  if (!is_dillon(dialect)) return read_vixie(column, text, dialect);
  return DillonField{crontab_columns.at(column), dialect == CronDialect::busybox}.read(text);
}

std::optional<std::uint64_t> undisputed_values(std::size_t column, std::string_view text)
{
  return VixieField{crontab_columns.at(column), our_rules}.read(text);
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
