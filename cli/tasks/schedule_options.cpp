// SPDX-License-Identifier: MIT
#include "cli/tasks/schedule_options.hpp"

#include "base/text.hpp"
#include "cli/views/json.hpp"
#include "schedule/anchor.hpp"
#include "time/human_time.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace asyncz::cli {
namespace {

void set_clock_rules(Trigger& trigger, const std::optional<std::string>& gap,
                     const std::optional<std::string>& fold)
{
  if (trigger.kind == TriggerKind::any || trigger.kind == TriggerKind::all) {
    for (Trigger& child : trigger.children) set_clock_rules(child, gap, fold);
    return;
  }
  if (trigger.kind != TriggerKind::cron && trigger.kind != TriggerKind::calendar) return;
  if (gap) trigger.dst_gap = *gap == "skip" ? DstGap::skip : DstGap::shift;
  if (!fold) return;
  trigger.dst_fold = *fold == "both"     ? DstFold::both
                     : *fold == "second" ? DstFold::second
                                         : DstFold::first;
}

}  // namespace

void ScheduleOptions::declare(Options& options, bool only_looked_at)
{
  only_looked_at_ = only_looked_at;
  options.values("--at", at_, "TIME",
                 "Once, at this time: 14:30, tomorrow 09:00, 2027-03-28T02:30");
  options.values("--in", in_, "DURATION", "Once, after this time: 5m, 1h30m, 2d");
  options.values("--every", every_, "DURATION", "Again and again, this long apart");
  options.values("--cron", cron_, "EXPR", "Five crontab fields, six with seconds, or @daily …");
  options.values("--calendar", calendar_, "EXPR", "A calendar event of systemd: Mon..Fri 09:00");
  options.flag("--on-boot", on_boot_, "Once for each boot of the worker's host");
  options.flag("--on-shutdown", on_shutdown_, "When a worker shuts down");
  options.value("--trigger", json_, "JSON", "When, as an object (asyncz.toml(5))");
  options.choice("--match", match_, {"any", "all"},
                 "Of several schedules any time, or only those all agree on");
  options.value("--start", start_, "TIME", "Not before this time");
  options.value("--end", end_, "TIME", "Not after this time");
  if (!only_looked_at) {
    options.value("--jitter", jitter_, "DURATION", "Random delay added to each time (0s)");
  }
  options.value("--tz,--timezone", timezone_, "ZONE", "Time zone of the schedule (this machine's)");
  options.choice("--dst-gap", dst_gap_, {"shift", "skip"},
                 "What becomes of a time that the change of clocks leaves out");
  options.choice("--dst-fold", dst_fold_, {"first", "second", "both"},
                 "Which of two times that the change of clocks repeats");
}

bool ScheduleOptions::names_trigger() const
{
  const bool several =
      !at_.empty() || !in_.empty() || !every_.empty() || !cron_.empty() || !calendar_.empty();
  return several || on_boot_ || on_shutdown_ || json_;
}

bool ScheduleOptions::given() const
{
  return names_trigger() || match_ || start_ || end_ || dst_gap_ || dst_fold_;
}

Status ScheduleOptions::read_dates(std::vector<Trigger>& into, Instant now, const Zone& zone,
                                   std::vector<std::string>& warnings) const
{
  for (const std::string& text : at_) {
    const TimeSense sense = only_looked_at_ ? TimeSense::any : TimeSense::coming;
    Result<HumanTime> time = parse_time(text, now, zone, sense);
    if (!time) return time.error().in("--at");
    if (time->at < now && !only_looked_at_) {
      return Error{ErrorKind::usage,
                   fmt::format("--at: {} has passed", rfc3339(time->at, zone.offset_at(time->at))),
                   "without --at it runs at once"};
    }
    std::ranges::move(time->warnings, std::back_inserter(warnings));
    into.push_back({.kind = TriggerKind::date, .at = time->at});
  }
  for (const std::string& text : in_) {
    const Result<Duration> delay = parse_duration(text);
    if (!delay) return delay.error().in("--in");
    if (*delay > last_instant - now) return beyond_all_time(text).in("--in");
    into.push_back({.kind = TriggerKind::date, .at = now + *delay});
  }
  return {};
}

void ScheduleOptions::add_expressions(std::vector<Trigger>& into) const
{
  for (const std::string& text : cron_) {
    const bool reboot = lower(trimmed(text)) == "@reboot";
    if (reboot) {
      into.push_back({.kind = TriggerKind::boot});
    } else {
      into.push_back({.kind = TriggerKind::cron, .expression = text});
    }
  }
  for (const std::string& text : calendar_) {
    into.push_back({.kind = TriggerKind::calendar, .expression = text});
  }
  if (on_boot_) into.push_back({.kind = TriggerKind::boot});
  if (on_shutdown_) into.push_back({.kind = TriggerKind::shutdown});
}

Result<std::vector<Trigger>> ScheduleOptions::read_each(Instant now, const Zone& zone,
                                                        std::vector<std::string>& warnings) const
{
  std::vector<Trigger> triggers;
  if (const Status done = read_dates(triggers, now, zone, warnings); !done) return done.error();
  for (const std::string& text : every_) {
    const Result<Duration> every = parse_duration(text);
    if (!every) return every.error().in("--every");
    triggers.push_back({.kind = TriggerKind::interval, .every = *every});
  }
  add_expressions(triggers);
  if (json_) {
    const Result<Value> value = parse_json(*json_);
    if (!value) return value.error().in("--trigger");
    Result<Trigger> trigger = trigger_from_value(*value, now, zone);
    if (!trigger) return trigger.error().in("--trigger");
    triggers.push_back(std::move(*trigger));
  }
  return triggers;
}

Result<GivenSchedule> ScheduleOptions::read(Instant now, const Zone& zone) const
{
  GivenSchedule schedule;
  Result<std::vector<Trigger>> triggers = read_each(now, zone, schedule.warnings);
  if (!triggers) return triggers.error();
  if (triggers->empty()) triggers->push_back({.kind = TriggerKind::date, .at = now});

  if (triggers->size() == 1) {
    schedule.trigger = std::move(triggers->front());
  } else {
    schedule.trigger.kind = TriggerKind::any;
    schedule.trigger.children = std::move(*triggers);
  }
  if (const Status done = adjust(schedule, now, zone); !done) return done.error();
  return schedule;
}

Status ScheduleOptions::adjust(GivenSchedule& schedule, Instant now, const Zone& zone) const
{
  Trigger& trigger = schedule.trigger;
  const auto read_bound = [&](const std::optional<std::string>& text, std::string_view option,
                              std::optional<Instant>& bound) -> Status {
    if (!text) return {};
    bound.reset();
    if (*text == "none") return {};
    Result<HumanTime> time = parse_time(*text, now, zone, TimeSense::any);
    if (!time) return time.error().in(option);
    std::ranges::move(time->warnings, std::back_inserter(schedule.warnings));
    bound = time->at;
    return {};
  };
  if (const Status done = read_bound(start_, "--start", trigger.start); !done) return done;
  if (const Status done = read_bound(end_, "--end", trigger.end); !done) return done;
  if (match_ && !trigger.children.empty()) {
    trigger.kind = match_ == "all" ? TriggerKind::all : TriggerKind::any;
  }
  set_clock_rules(trigger, dst_gap_, dst_fold_);
  give_starts(trigger, now);
  return {};
}

Result<Zone> zone_named(const std::optional<std::string>& name)
{
  return Zone::load(name ? *name : local_zone_name());
}

}  // namespace asyncz::cli
