// SPDX-License-Identifier: MIT
#include "schedule/crontab_fields.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"
#include "schedule/cron_field.hpp"

#include <fmt/format.h>

namespace asyncz {
namespace {

const CronField second_field{"second", 0, 59, {}, "s"};
const CronField minute_field{"minute", 0, 59, {}, "m"};
const CronField hour_field{"hour", 0, 23, {}, "h"};
const CronField day_field{"day-of-month", 1, 31, {}, "d"};
const CronField month_field{"month", 1, 12, month_words};
const CronField weekday_field{"day-of-week", 0, 7, days_from_sunday, {}, true};

// A number that depends on nothing but the task and the field, its bits mixed once more.
std::uint64_t stable_number(std::string_view task_id, std::string_view field)
{
  auto hash = fnv1a_start;
  for (const auto part : {task_id, std::string_view{"\0", 1}, field}) {
    hash = fnv1a(bytes_of(part), hash);
  }
  hash ^= hash >> 32U;
  hash *= 0xd6e8feb86659fd93;
  return hash ^ hash >> 32U;
}

// One field of an expression, and the task that it makes its choices for.
struct FieldReader {
  const CronField& field;
  std::string_view task_id;

  [[nodiscard]] int choice(int first, int last) const
  {
    const auto size = static_cast<std::uint64_t>(last - first + 1);
    return first + static_cast<int>(stable_number(task_id, field.name) % size);
  }

  // Where choices lie when no range is given: days that every month has, each weekday once.
  [[nodiscard]] int last_choice() const
  {
    if (field.seven_is_sunday) return 6;
    return field.high == 31 ? 28 : field.high;
  }

  // `a~b`, `a~`, `~b`, `~`.
  [[nodiscard]] Result<Progression> random_choice(std::string_view text) const
  {
    if (text.find('/') != std::string_view::npos) {
      return field_error(field, fmt::format("{} cannot have a step", printable(text)),
                         "write it as in H(10-20)/5");
    }
    const auto tilde = text.find('~');
    int first = field.low;
    int last = last_choice();
    if (tilde > 0) {
      const auto value = parse_field_value(field, text.substr(0, tilde));
      if (!value) return value.error();
      first = *value;
    }
    if (tilde + 1 < text.size()) {
      const auto value = parse_field_value(field, text.substr(tilde + 1));
      if (!value) return value.error();
      last = *value;
    }
    if (first > last) {
      return field_error(field, fmt::format("{} runs backwards", printable(text)),
                         fmt::format("write {}~{}", last, first));
    }
    const int chosen = choice(first, last);
    return Progression{chosen, chosen, 1};
  }

  // `H`, `H/n`, `H(a-b)`, `H(a-b)/n`.
  [[nodiscard]] Result<Progression> hashed_choice(std::string_view text) const
  {
    auto rest = text.substr(1);
    Progression range{field.low, last_choice(), 1};
    if (rest.starts_with('(')) {
      const auto close = rest.find(')');
      if (close == std::string_view::npos) {
        return field_error(field, fmt::format("{} lacks a )", printable(text)),
                           "write it as in H(0-7)");
      }
      const auto given = parse_field_item(field, rest.substr(1, close - 1));
      if (!given) return given.error();
      range = *given;
      rest.remove_prefix(close + 1);
    }
    const int first = static_cast<int>(range.first);
    const int last = static_cast<int>(range.last);
    if (rest.empty()) {
      const int chosen = choice(first, last);
      return Progression{chosen, chosen, 1};
    }
    if (!rest.starts_with('/')) {
      return field_error(field, fmt::format("cannot read \"{}\"", printable(text)),
                         "write H, H/15 or H(0-29)/10");
    }
    const auto step = parse_field_step(field, rest.substr(1), first, last, text);
    if (!step) return step.error();
    return Progression{choice(first, first + *step - 1), last, *step};
  }

  [[nodiscard]] Result<std::uint64_t> item_bits(std::string_view text) const
  {
    const bool random = text.find('~') != std::string_view::npos;
    const auto numbers = text.starts_with('H') ? hashed_choice(text)
                         : random              ? random_choice(text)
                                               : parse_field_item(field, text);
    if (!numbers) return numbers.error();
    return bits_of(field, *numbers);
  }

  [[nodiscard]] Result<std::uint64_t> bits(std::string_view text) const
  {
    std::uint64_t all = 0;
    for (const auto item : split(text, ',')) {
      const auto bits = item_bits(item);
      if (!bits) return bits.error();
      all |= *bits;
    }
    return all;
  }
};

bool is_letter(char c, char upper) { return c == upper || c == upper - 'A' + 'a'; }

// `L`, `LW`, `15W`, or what any field takes.
Status add_month_day(DaySet& set, const FieldReader& reader, std::string_view item)
{
  const auto word = lower(item);
  if (word == "l") {
    set.from_end |= 1U << 1U;
    return {};
  }
  if (word == "lw" || word == "wl") {
    set.last_workday = true;
    return {};
  }
  if (word.starts_with("l-")) {
    return field_error(reader.field, fmt::format("{} is not known here", printable(item)),
                       "use --calendar: '*-*~04' is three days before the last");
  }
  if (item.size() > 1 && is_letter(item.back(), 'W')) {
    const auto day = parse_field_value(reader.field, item.substr(0, item.size() - 1));
    if (!day) return day.error();
    set.nearest_workday |= 1U << static_cast<unsigned>(*day);
    return {};
  }
  const auto bits = reader.item_bits(item);
  if (!bits) return bits.error();
  set.days |= static_cast<std::uint32_t>(*bits);
  return {};
}

Result<unsigned> weekday_bit(const CronField& field, std::string_view text)
{
  const auto weekday = parse_field_value(field, text);
  if (!weekday) return weekday.error();
  return 1U << static_cast<unsigned>(*weekday % 7);
}

// `5#3`
Status add_nth_weekday(DaySet& set, const CronField& field, std::string_view item, std::size_t hash)
{
  const auto bit = weekday_bit(field, item.substr(0, hash));
  if (!bit) return bit.error();
  const auto nth = item.substr(hash + 1);
  if (nth.size() != 1 || nth[0] < '1' || nth[0] > '5') {
    const auto last = fmt::format("{}L", item.substr(0, hash));
    return field_error(field, fmt::format("no such week of a month: {}", printable(nth)),
                       fmt::format("#1 to #5, or {} for the last", last));
  }
  set.nth_weekday.at(static_cast<std::size_t>(nth[0] - '1')) |= *bit;
  return {};
}

// `5L`, `5#3`, or what any field takes.
Status add_weekday(DaySet& set, const FieldReader& reader, std::string_view item)
{
  const auto hash = item.find('#');
  if (hash != std::string_view::npos) return add_nth_weekday(set, reader.field, item, hash);
  if (item == "L" || item == "l") {
    return field_error(reader.field, "L alone does not say which day",
                       "write 5L for the last Friday");
  }
  if (item.size() > 1 && is_letter(item.back(), 'L')) {
    const auto bit = weekday_bit(reader.field, item.substr(0, item.size() - 1));
    if (!bit) return bit.error();
    set.last_weekday |= *bit;
    return {};
  }
  const auto bits = reader.item_bits(item);
  if (!bits) return bits.error();
  set.weekdays |= static_cast<std::uint32_t>(*bits);
  return {};
}

Result<DaySet> parse_days(const FieldReader& reader, std::string_view text,
                          Status (*add)(DaySet&, const FieldReader&, std::string_view))
{
  DaySet set;
  for (const auto item : split(text, ',')) {
    if (auto added = add(set, reader, item); !added) return added.error();
  }
  return set;
}

NumberSet seconds_of(std::uint64_t bits)
{
  constexpr std::int64_t second_us = 1'000'000;
  if (bits == every_minute) return NumberSet{{{0, 59 * second_us, second_us}}};
  std::vector<Progression> parts;
  for (std::int64_t second = 0; second < 60; ++second) {
    if ((bits >> second & 1U) != 0) parts.push_back({second * second_us, second * second_us, 1});
  }
  return NumberSet{std::move(parts)};
}

// Five fields, after that of the seconds.
Result<CronExpression> parse_five(std::span<const std::string_view> fields,
                                  std::string_view task_id)
{
  CronExpression out;
  const auto minutes = FieldReader{minute_field, task_id}.bits(fields[0]);
  if (!minutes) return minutes.error();
  const auto hours = FieldReader{hour_field, task_id}.bits(fields[1]);
  if (!hours) return hours.error();
  const auto days = parse_days({day_field, task_id}, fields[2], add_month_day);
  if (!days) return days.error();
  const auto months = FieldReader{month_field, task_id}.bits(fields[3]);
  if (!months) return months.error();
  const auto weekdays = parse_days({weekday_field, task_id}, fields[4], add_weekday);
  if (!weekdays) return weekdays.error();

  out.rule.minutes = *minutes;
  out.rule.hours = static_cast<std::uint32_t>(*hours);
  out.rule.month_days = *days;
  out.rule.months = static_cast<std::uint32_t>(*months);
  out.rule.week_days = *weekdays;
  out.rule.either_day = !fields[2].starts_with('*') && !fields[4].starts_with('*');
  out.elapsed = fields[0].starts_with('*') || fields[1].starts_with('*');
  return out;
}

}  // namespace

Result<CronExpression> parse_crontab_fields(std::span<const std::string_view> fields,
                                            std::string_view task_id)
{
  if (fields.size() == 5) return parse_five(fields, task_id);
  const auto seconds = FieldReader{second_field, task_id}.bits(fields[0]);
  if (!seconds) return seconds.error();
  auto expression = parse_five(fields.subspan(1), task_id);
  if (expression) expression->rule.seconds = seconds_of(*seconds);
  return expression;
}

}  // namespace asyncz
