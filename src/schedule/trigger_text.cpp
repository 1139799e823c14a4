// SPDX-License-Identifier: MIT
// A trigger in one line, and as the tree of values that JSON and TOML have.
#include "schedule/trigger.hpp"

#include <fmt/format.h>

namespace asyncz {
namespace {

std::string time_text(Instant instant, const Zone& zone)
{
  return rfc3339(instant, zone.offset_at(instant));
}

std::string kind_text(const Trigger& trigger, const Zone& zone)
{
  switch (trigger.kind) {
    case TriggerKind::date:
      return "at " + time_text(trigger.at, zone);
    case TriggerKind::interval:
      return "every " + duration_text(trigger.every);
    case TriggerKind::cron:
    case TriggerKind::calendar:
      return trigger.expression;
    case TriggerKind::boot:
      return "on boot";
    case TriggerKind::shutdown:
      return "on shutdown";
    case TriggerKind::any:
    case TriggerKind::all:
      break;
  }
  std::string out = trigger.kind == TriggerKind::any ? "any of: " : "all of: ";
  for (std::size_t i = 0; i < trigger.children.size(); ++i) {
    if (i > 0) out += "; ";
    out += trigger_text(trigger.children[i], zone);
  }
  return out;
}

void add_bounds(ValueMap& out, const Trigger& trigger, const Zone& zone)
{
  if (trigger.start) out.emplace_back("start", time_text(*trigger.start, zone));
  if (trigger.end) out.emplace_back("end", time_text(*trigger.end, zone));
  if (trigger.dst_gap == DstGap::skip) out.emplace_back("dst_gap", "skip");
  if (trigger.dst_fold == DstFold::second) out.emplace_back("dst_fold", "second");
  if (trigger.dst_fold == DstFold::both) out.emplace_back("dst_fold", "both");
}

ValueList child_values(const Trigger& trigger, const Zone& zone)
{
  ValueList values;
  for (const auto& child : trigger.children) values.push_back(trigger_value(child, zone));
  return values;
}

}  // namespace

std::string trigger_text(const Trigger& trigger, const Zone& zone)
{
  auto out = kind_text(trigger, zone);
  // An interval's start is its anchor: every one has it, and it tells nothing new.
  if (trigger.start && trigger.kind != TriggerKind::interval) {
    out += " from " + time_text(*trigger.start, zone);
  }
  if (trigger.end) out += " until " + time_text(*trigger.end, zone);
  return out;
}

Value trigger_value(const Trigger& trigger, const Zone& zone)
{
  ValueMap out;
  switch (trigger.kind) {
    case TriggerKind::date:
      out.emplace_back("at", time_text(trigger.at, zone));
      break;
    case TriggerKind::interval:
      out.emplace_back("every", duration_text(trigger.every));
      break;
    case TriggerKind::cron:
      out.emplace_back("cron", trigger.expression);
      break;
    case TriggerKind::calendar:
      out.emplace_back("calendar", trigger.expression);
      break;
    case TriggerKind::boot:
      out.emplace_back("on_boot", true);
      break;
    case TriggerKind::shutdown:
      out.emplace_back("on_shutdown", true);
      break;
    case TriggerKind::any:
      out.emplace_back("any", child_values(trigger, zone));
      break;
    case TriggerKind::all:
      out.emplace_back("all", child_values(trigger, zone));
      break;
  }
  add_bounds(out, trigger, zone);
  return out;
}

}  // namespace asyncz
