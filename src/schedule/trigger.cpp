// SPDX-License-Identifier: MIT
#include "schedule/trigger.hpp"

#include "schedule/calendar_plan.hpp"
#include "schedule/combined_schedule.hpp"
#include "schedule/interval_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asyncz {
namespace {

constexpr std::size_t most_children = 32;  // of an any or an all

using Owned = std::unique_ptr<const Schedule>;
using Compiled = Result<Owned>;
using Time = std::optional<Instant>;

class DateSchedule final : public Schedule {
 public:
  explicit DateSchedule(Instant at) : at_{at} {}

  Result<Time> next(Instant after) const override { return after < at_ ? Time{at_} : Time{}; }
  Result<Time> last(Instant not_after) const override
  {
    return not_after < at_ ? Time{} : Time{at_};
  }

 private:
  Instant at_;
};

// Boot and shutdown: events, which have no times.
class EventSchedule final : public Schedule {
 public:
  Result<Time> next(Instant) const override { return Time{}; }
  Result<Time> last(Instant) const override { return Time{}; }
};

Error refused(std::string what, std::string hint = {})
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

// What a trigger is compiled for.
struct Target {
  const Zone& zone;
  std::string_view task_id;
};

Compiled compile_interval(const Trigger& trigger)
{
  if (trigger.every <= Duration{0}) return refused("an interval must be longer than 0");
  if (!trigger.start) return refused("an interval needs a start");
  return interval_schedule({*trigger.start, trigger.every});
}

Compiled compile_calendar(const Trigger& trigger, const Target& target)
{
  auto plan = calendar_plan(trigger, target.zone, target.task_id);
  if (!plan) return plan.error();
  return Owned{std::make_unique<LocalSchedule>(std::move(plan->rule), plan->zone, plan->dst)};
}

Compiled compile_one(const Trigger& trigger, const Target& target);

Compiled compile_bounded(const Trigger& trigger, const Target& target)
{
  if (trigger.start && trigger.end && *trigger.end < *trigger.start) {
    return refused("the schedule's end lies before its start");
  }
  auto schedule = compile_one(trigger, target);
  if (!schedule) return schedule;
  return within(std::move(*schedule), trigger.start, trigger.end);
}

bool is_group(TriggerKind kind) { return kind == TriggerKind::any || kind == TriggerKind::all; }

bool is_event(TriggerKind kind)
{
  return kind == TriggerKind::boot || kind == TriggerKind::shutdown;
}

Status check_children(const Trigger& trigger)
{
  const std::string_view name = trigger.kind == TriggerKind::any ? "any" : "all";
  if (trigger.children.size() < 2) {
    return refused(fmt::format("\"{}\" needs at least two schedules", name));
  }
  if (trigger.children.size() > most_children) {
    return refused(fmt::format("\"{}\" takes at most {} schedules", name, most_children));
  }
  for (const auto& child : trigger.children) {
    if (is_group(child.kind)) {
      return refused(fmt::format("\"{}\" cannot hold another \"any\" or \"all\"", name));
    }
    if (is_event(child.kind)) {
      return refused(fmt::format("a boot or a shutdown cannot be part of \"{}\"", name),
                     "add a task of its own for it");
    }
  }
  return {};
}

// All intervals among the children as one: where they meet is arithmetic, not search.
Result<Schedules> common_interval(const Trigger& trigger)
{
  std::optional<Interval> common;
  for (const auto& child : trigger.children) {
    if (child.kind != TriggerKind::interval) continue;
    const Interval interval{*child.start, child.every};
    common = common ? common_times(*common, interval) : interval;
    if (!common) return refused("the intervals of \"all\" never meet", "give them the same start");
  }
  Schedules schedules;
  if (common) schedules.push_back(interval_schedule(*common));
  return schedules;
}

Compiled compile_group(const Trigger& trigger, const Target& target)
{
  if (auto checked = check_children(trigger); !checked) return checked.error();
  Schedules schedules;
  for (const auto& child : trigger.children) {
    auto schedule = compile_bounded(child, target);
    if (!schedule) return schedule;
    schedules.push_back(std::move(*schedule));
  }
  if (trigger.kind == TriggerKind::any) return any_of(std::move(schedules));
  auto common = common_interval(trigger);
  if (!common) return common.error();
  // First, so that the others need not leap where only one interval goes.
  std::move(schedules.begin(), schedules.end(), std::back_inserter(*common));
  return all_of(std::move(*common));
}

Compiled compile_one(const Trigger& trigger, const Target& target)
{
  switch (trigger.kind) {
    case TriggerKind::date:
      return Owned{std::make_unique<DateSchedule>(trigger.at)};
    case TriggerKind::interval:
      return compile_interval(trigger);
    case TriggerKind::cron:
    case TriggerKind::calendar:
      return compile_calendar(trigger, target);
    case TriggerKind::boot:
    case TriggerKind::shutdown:
      return Owned{std::make_unique<EventSchedule>()};
    case TriggerKind::any:
    case TriggerKind::all:
      break;
  }
  return compile_group(trigger, target);
}

}  // namespace

Result<std::unique_ptr<const Schedule>> compile(const Trigger& trigger, const Zone& zone,
                                                std::string_view task_id)
{
  return compile_bounded(trigger, {zone, task_id});
}

}  // namespace asyncz
