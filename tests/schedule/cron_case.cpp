// SPDX-License-Identifier: MIT
#include "tests/schedule/cron_case.hpp"

#include <algorithm>

namespace asyncz {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::seconds;

std::string number_text(int number) { return std::to_string(number); }

void add_range(Field& field, int first, int last, int step)
{
  for (int number = first; number <= last; number += step) field.numbers.insert(number);
}

void add_item(Field& field, Random& random, int low, int high)
{
  const int first = between(random, low, high);
  const int last = between(random, first, high);
  const int room = last - first;
  switch (between(random, 0, 3)) {
    case 0:
      field.text += number_text(first) + "-" + number_text(last);
      add_range(field, first, last, 1);
      break;
    case 1:
      if (room > 1) {
        const int step = between(random, 1, room);
        field.text += number_text(first) + "-" + number_text(last) + "/" + number_text(step);
        add_range(field, first, last, step);
        break;
      }
      [[fallthrough]];
    default:
      field.text += number_text(first);
      field.numbers.insert(first);
  }
}

Field random_field(Random& random, int low, int high)
{
  Field field;
  switch (between(random, 0, 5)) {
    case 0:
    case 1:
      field.text = "*";
      add_range(field, low, high, 1);
      return field;
    case 2: {
      const int step = between(random, 1, high - low);
      field.text = "*/" + number_text(step);
      add_range(field, low, high, step);
      return field;
    }
    default:
      break;
  }
  const int items = between(random, 1, 3);
  for (int i = 0; i < items; ++i) {
    if (i > 0) field.text += ",";
    add_item(field, random, low, high);
  }
  return field;
}

}  // namespace

int between(Random& random, int first, int last)
{
  return std::uniform_int_distribution{first, last}(random);
}

std::string CronCase::text() const
{
  return second.text + " " + minute.text + " " + hour.text + " " +
         (special_day.empty() ? day.text : special_day) + " " + month.text + " " + weekday.text;
}

Trigger CronCase::trigger() const
{
  Trigger trigger;
  trigger.kind = TriggerKind::cron;
  trigger.expression = text();
  trigger.dst_gap = gap;
  trigger.dst_fold = fold;
  return trigger;
}

bool CronCase::elapsed() const
{
  return minute.text.starts_with('*') || hour.text.starts_with('*');
}

bool CronCase::month_day_matches(local_days at) const
{
  const std::chrono::year_month_day date{at};
  if (special_day.empty()) return day.numbers.contains(static_cast<int>(unsigned{date.day()}));
  const local_days last{date.year() / date.month() / std::chrono::last};
  const auto is_workday = [](local_days any) {
    return std::chrono::weekday{any}.iso_encoding() <= 5;
  };
  if (special_day == "L") return at == last;
  if (special_day == "LW") {
    auto wanted = last;
    while (!is_workday(wanted)) wanted -= days{1};
    return at == wanted;
  }
  const auto given = date.year() / date.month() / std::chrono::day{static_cast<unsigned>(near)};
  if (!given.ok()) return false;
  // The nearest workday of the same month, looking in growing circles.
  for (int distance = 0; distance < 3; ++distance) {
    for (const int sign : {-1, 1}) {
      const auto candidate = local_days{given} + days{sign * distance};
      const std::chrono::year_month_day there{candidate};
      if (there.month() == date.month() && is_workday(candidate)) return at == candidate;
    }
  }
  return false;
}

bool CronCase::day_matches(local_days at) const
{
  const std::chrono::year_month_day date{at};
  if (!month.numbers.contains(static_cast<int>(unsigned{date.month()}))) return false;
  const auto of_week = static_cast<int>(std::chrono::weekday{at}.c_encoding());
  const bool by_week =
      weekday.numbers.contains(of_week) || (of_week == 0 && weekday.numbers.contains(7));
  const bool by_month = month_day_matches(at);
  const bool either = !day.text.starts_with('*') && !weekday.text.starts_with('*');
  return either ? by_month || by_week : by_month && by_week;
}

std::size_t CronCase::times_a_day() const
{
  return hour.numbers.size() * minute.numbers.size() * second.numbers.size();
}

void CronCase::add_times(local_days at, std::vector<LocalTime>& out) const
{
  if (!day_matches(at)) return;
  for (const int h : hour.numbers) {
    for (const int m : minute.numbers) {
      for (const int s : second.numbers) out.push_back(at + hours{h} + minutes{m} + seconds{s});
    }
  }
}

CronCase random_case(Random& random)
{
  CronCase it;
  it.second = between(random, 0, 3) == 0 ? random_field(random, 0, 59) : Field{"0", {0}};
  it.minute = random_field(random, 0, 59);
  it.hour = random_field(random, 0, 23);
  // Many matching seconds in many minutes would only make the test slow.
  if (it.second.numbers.size() > 4 && it.minute.numbers.size() > 4) it.second = {"0", {0}};
  it.month = between(random, 0, 2) == 0 ? random_field(random, 1, 12) : Field{"*", {}};
  if (it.month.numbers.empty()) add_range(it.month, 1, 12, 1);
  it.day = between(random, 0, 1) == 0 ? random_field(random, 1, 31) : Field{"*", {}};
  if (it.day.numbers.empty()) add_range(it.day, 1, 31, 1);
  it.weekday = between(random, 0, 1) == 0 ? random_field(random, 0, 7) : Field{"*", {}};
  if (it.weekday.numbers.empty()) add_range(it.weekday, 0, 7, 1);
  switch (between(random, 0, 12)) {
    case 0:
      it.special_day = "L";
      break;
    case 1:
      it.special_day = "LW";
      break;
    case 2:
      it.near = between(random, 1, 31);
      it.special_day = number_text(it.near) + "W";
      break;
    default:
      break;
  }
  if (!it.special_day.empty()) it.day.text = it.special_day;
  it.gap = between(random, 0, 3) == 0 ? DstGap::skip : DstGap::shift;
  it.fold = static_cast<DstFold>(std::max(0, between(random, -3, 2)));
  return it;
}

}  // namespace asyncz
