// SPDX-License-Identifier: MIT
// What the writer of a schedule probably did not mean.
#include "base/number.hpp"
#include "base/text.hpp"
#include "schedule/calendar_plan.hpp"
#include "schedule/calendar_words.hpp"
#include "schedule/cron_expression.hpp"
#include "schedule/explain.hpp"
#include "schedule/named_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace asyncz {
namespace {

using Advice = std::vector<std::string>;

// Fields whose numbers begin anew: after how many, and the unit that `--every` has for them.
struct Cycle {
  std::string_view field;
  int size;
  std::string_view unit;
};

constexpr std::array<Cycle, 3> cycles{
    {{"second", 60, "s"}, {"minute", 60, "m"}, {"hour", 24, "h"}}};

std::string number_list(int step, int size)
{
  std::string out;
  for (int number = 0; number < size; number += step) {
    out += fmt::format("{}{}", out.empty() ? "" : ", ", number);
  }
  return out;
}

std::optional<int> step_from_start(std::string_view text)
{
  if (!text.starts_with("*/")) return std::nullopt;
  return parse_number<int>(text.substr(2));
}

// `*/7`: the last gap is shorter than the others.
void uneven_steps(Advice& out, const std::vector<FieldText>& fields)
{
  for (const auto& [name, text] : fields) {
    const auto step = step_from_start(text);
    if (!step) continue;
    for (const auto& [field, size, unit] : cycles) {
      if (name != field || size % *step == 0) continue;
      out.push_back(
          fmt::format("{} in the {} field is {}: the last gap is {}{}; write --every {}{} for "
                      "equal ones",
                      text, name, number_list(*step, size), size % *step, unit, *step, unit));
    }
    if (name == "day" && *step > 1) {
      out.push_back(
          fmt::format("{} in the day field begins anew with each month; write --every {}d "
                      "for equal gaps",
                      text, *step));
    }
  }
}

// `H`, `a~b`: where no task is named, what is shown is no task's.
void choices_by_id(Advice& out, const std::vector<FieldText>& fields)
{
  for (const auto& [name, text] : fields) {
    const auto items = split(text, ',');
    const bool chosen = std::ranges::any_of(items, [](std::string_view item) {
      return item.starts_with('H') || item.find('~') != std::string_view::npos;
    });
    if (!chosen) continue;
    out.push_back(
        fmt::format("{} in the {} field is chosen by the task's id: each task that is added has "
                    "a choice of its own",
                    text, name));
  }
}

// `* 3 * * *`
void every_minute_of_few_hours(Advice& out, const CalendarRule& rule)
{
  if (rule.minutes != every_minute) return;
  const auto hours = std::popcount(rule.hours);
  if (hours <= 2) {
    out.push_back(
        fmt::format("* in the minute field runs 60 times an hour, {} times a day; write 0 for once",
                    60 * hours));
  } else if (rule.hours == every_hour && !day_words(rule).empty()) {
    out.emplace_back(
        "* in the minute and the hour field runs 1440 times on each of these days; "
        "write 0 0 for once");
  }
}

void both_day_fields(Advice& out, const CalendarRule& rule)
{
  if (!rule.either_day) return;
  out.push_back(
      fmt::format("both day fields are given, so either is enough: it runs {}; named fields "
                  "(day=… day_of_week=…) must both match",
                  day_words(rule)));
}

// Days 29 to 31 alone.
void short_months(Advice& out, const CalendarRule& rule)
{
  const auto days = rule.month_days.days;
  if (days == 0 || rule.either_day || !(rule.month_days == DaySet{.days = days})) return;
  const auto first = std::countr_zero(days);
  if (first < 29) return;
  constexpr std::uint32_t with_30 = every_month & ~(1U << 2U);
  constexpr std::uint32_t with_31 = with_30 & ~(1U << 4U | 1U << 6U | 1U << 9U | 1U << 11U);
  const auto long_enough = first == 31 ? with_31 : with_30;
  const auto shorter = rule.months & ~long_enough;
  if (shorter == 0) return;
  if (shorter == 1U << 2U && first == 29) {
    out.emplace_back(
        rule.months == shorter
            ? "day 29 of February exists in leap years only"
            : "day 29 is skipped in February, but for leap years; write L for the last day");
    return;
  }
  out.push_back(fmt::format("months without day {} are skipped; write L for the last day", first));
}

// Fixed times in the hour that clocks skip, by the rules of the years to come.
void usual_gap(Advice& out, const CalendarPlan& plan)
{
  using std::chrono::sys_days;
  using std::chrono::year;
  if (plan.dst == elapsed_time || plan.dst.gap == DstGap::skip) return;
  Instant from = sys_days{year{2030} / 1 / 1};
  const Instant to = sys_days{year{2040} / 1 / 1};
  while (const auto change = plan.zone.next_transition(from)) {
    if (change->at >= to) return;
    from = change->at;
    const LocalTime begin{(from + change->before).time_since_epoch()};
    const LocalTime end{(from + change->after).time_since_epoch()};
    const auto skipped = next_local(plan.rule, begin);
    if (end <= begin || !skipped || *skipped >= end) continue;
    const std::chrono::hh_mm_ss<Duration> clock{*skipped -
                                                std::chrono::floor<std::chrono::days>(*skipped)};
    out.push_back(
        fmt::format("{:02}:{:02} does not exist in {} on the day when clocks go forward; it "
                    "runs right after the gap then",
                    clock.hours().count(), clock.minutes().count(), plan.zone.name()));
    return;
  }
}

}  // namespace

std::vector<std::string> advice(const Trigger& trigger, const Zone& zone, std::string_view task_id)
{
  Advice out;
  for (const auto& child : trigger.children) {
    for (auto& one : advice(child, zone, task_id)) out.push_back(std::move(one));
  }
  const bool calendar = trigger.kind == TriggerKind::cron || trigger.kind == TriggerKind::calendar;
  if (!calendar) return out;
  const auto plan = calendar_plan(trigger, zone, task_id);
  if (!plan) return out;
  if (trigger.kind == TriggerKind::cron) {
    const auto fields = cron_field_texts(trigger.expression);
    uneven_steps(out, fields);
    if (task_id.empty()) choices_by_id(out, fields);
  }
  every_minute_of_few_hours(out, plan->rule);
  both_day_fields(out, plan->rule);
  short_months(out, plan->rule);
  usual_gap(out, *plan);
  return out;
}

}  // namespace asyncz
