// SPDX-License-Identifier: MIT
#include "schedule/explain.hpp"

#include "schedule/calendar_plan.hpp"
#include "schedule/calendar_words.hpp"

#include <fmt/format.h>

namespace asyncz {
namespace {

std::string time_text(Instant instant, const Zone& zone)
{
  return rfc3339(instant, zone.offset_at(instant));
}

std::string interval_words(const Trigger& trigger, const Zone& zone)
{
  auto out = "every " + duration_text(trigger.every);
  if (trigger.start) out += " from " + time_text(*trigger.start, zone);
  return out;
}

std::string plan_words(const Trigger& trigger, const Zone& zone, std::string_view task_id)
{
  const auto plan = calendar_plan(trigger, zone, task_id);
  if (!plan) return plan.error().what;
  return fmt::format("{} in {}", calendar_words(plan->rule), plan->zone.name());
}

std::string bounds_words(const Trigger& trigger, const Zone& zone)
{
  std::string out;
  if (trigger.start && trigger.kind != TriggerKind::interval) {
    out += ", from " + time_text(*trigger.start, zone);
  }
  if (trigger.end) out += ", until " + time_text(*trigger.end, zone);
  return out;
}

// The bounds go before the children, whose own bounds follow each of them.
std::string group_words(const Trigger& trigger, const Zone& zone, std::string_view task_id)
{
  const bool any = trigger.kind == TriggerKind::any;
  auto out = fmt::format("whenever {} of these {} due{}: ", any ? "any" : "all", any ? "is" : "are",
                         bounds_words(trigger, zone));
  for (std::size_t i = 0; i < trigger.children.size(); ++i) {
    if (i > 0) out += "; ";
    out += describe(trigger.children[i], zone, task_id);
  }
  return out;
}

std::string kind_words(const Trigger& trigger, const Zone& zone, std::string_view task_id)
{
  switch (trigger.kind) {
    case TriggerKind::date:
      return "once, at " + time_text(trigger.at, zone);
    case TriggerKind::interval:
      return interval_words(trigger, zone);
    case TriggerKind::cron:
    case TriggerKind::calendar:
      return plan_words(trigger, zone, task_id);
    case TriggerKind::boot:
      return "once for each boot of the worker's host";
    case TriggerKind::shutdown:
      return "when a worker shuts down";
    case TriggerKind::any:
    case TriggerKind::all:
      break;
  }
  return group_words(trigger, zone, task_id);
}

}  // namespace

std::string describe(const Trigger& trigger, const Zone& zone, std::string_view task_id)
{
  auto out = kind_words(trigger, zone, task_id);
  if (trigger.children.empty()) out += bounds_words(trigger, zone);
  return out;
}

}  // namespace asyncz
