// SPDX-License-Identifier: MIT
#include "schedule/calendar_plan.hpp"

#include "base/text.hpp"
#include "schedule/calendar_event.hpp"
#include "schedule/cron_expression.hpp"

#include <fmt/format.h>

namespace asyncz {
namespace {

Result<CalendarPlan> plan_of(CalendarRule rule, bool elapsed, const Trigger& trigger,
                             const Zone& zone)
{
  const LocalTime beginning = std::chrono::local_days{std::chrono::year{first_year} / 1 / 1};
  if (!next_local(rule, beginning)) {
    const auto* const kind = trigger.kind == TriggerKind::cron ? "cron" : "calendar";
    return Error{
        ErrorKind::usage,
        fmt::format("{} \"{}\": no year has such a date", kind, printable(trigger.expression)),
        trigger.kind == TriggerKind::cron ? "a month's last day is L, or day=last" : ""};
  }
  const auto dst = elapsed ? elapsed_time : DstRule{trigger.dst_gap, trigger.dst_fold};
  return CalendarPlan{std::move(rule), dst, zone};
}

}  // namespace

Result<CalendarPlan> calendar_plan(const Trigger& trigger, const Zone& zone,
                                   std::string_view task_id)
{
  if (trigger.kind == TriggerKind::cron) {
    auto cron = parse_cron(trigger.expression, task_id);
    if (!cron) return cron.error();
    return plan_of(std::move(cron->rule), cron->elapsed, trigger, zone);
  }
  auto event = parse_calendar_event(trigger.expression);
  if (!event) return event.error();
  return plan_of(std::move(event->rule), event->elapsed, trigger, event->zone.value_or(zone));
}

}  // namespace asyncz
