// SPDX-License-Identifier: MIT
// Where a change of clocks touches a schedule, in words.
#include "base/text.hpp"
#include "schedule/calendar_plan.hpp"
#include "schedule/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asyncz {
namespace {

// The local times that a change of clocks skips or repeats.
struct Change {
  ZoneTransition transition;
  LocalTime begin;
  LocalTime end;  // exclusive
  bool gap;

  // The day of what is the first local time after the change.
  [[nodiscard]] std::chrono::local_days day() const
  {
    return std::chrono::floor<std::chrono::days>(gap ? end : begin);
  }
};

LocalTime local(Instant instant, std::chrono::seconds offset)
{
  return LocalTime{(instant + offset).time_since_epoch()};
}

Change change_of(const ZoneTransition& transition)
{
  const auto before = local(transition.at, transition.before);
  const auto after = local(transition.at, transition.after);
  return before < after ? Change{transition, before, after, true}
                        : Change{transition, after, before, false};
}

std::string date_text(std::chrono::local_days day)
{
  return rfc3339(Instant{day.time_since_epoch()}, std::chrono::seconds{0}).substr(0, 10);
}

// The time of day, behind its date where that is not the day that is spoken of.
std::string clock_text(LocalTime time, std::chrono::local_days spoken_of)
{
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss<Duration> clock{time - day};
  auto out = fmt::format("{:02}:{:02}", clock.hours().count(), clock.minutes().count());
  if (clock.seconds().count() != 0) out += fmt::format(":{:02}", clock.seconds().count());
  return day == spoken_of ? out : date_text(day) + " " + out;
}

std::string offset_text(std::chrono::seconds offset)
{
  return rfc3339(Instant{}, offset).substr(19);
}

// The scheduled times that a change touches: the first three by name, or first and last.
struct Touched {
  std::vector<std::string> times;
  bool more = false;
};

Touched touched_by(const Change& change, const CalendarRule& rule)
{
  Touched touched;
  auto time = next_local(rule, change.begin);
  while (time && *time < change.end) {
    if (touched.times.size() == 3) {
      touched.more = true;
      break;
    }
    touched.times.push_back(clock_text(*time, change.day()));
    time = next_local(rule, *time + Duration{1});
  }
  return touched;
}

std::string times_text(const Touched& touched)
{
  const auto out = joined(touched.times, ", ");
  return touched.more ? out + " …" : out;
}

std::string gap_note(const Change& change, const Touched& touched, const DstRule& dst)
{
  const bool one = touched.times.size() == 1;
  const auto head = fmt::format("{} {} not exist", times_text(touched), one ? "does" : "do");
  if (dst == elapsed_time) return head + "; nothing is made up for it";
  if (dst.gap == DstGap::skip) return head + (one ? "; does not run" : "; do not run");
  return fmt::format("{}; runs {}at {}", head, one ? "" : "once, ",
                     clock_text(change.end, change.day()));
}

std::string fold_note(const Change& change, const Touched& touched, const DstRule& dst)
{
  const bool one = touched.times.size() == 1;
  const auto head = fmt::format("{} exist{} twice", times_text(touched), one ? "s" : "");
  const auto first = offset_text(change.transition.before);
  const auto second = offset_text(change.transition.after);
  switch (dst.fold) {
    case DstFold::first:
      return fmt::format("{}; runs the first time ({})", head, first);
    case DstFold::second:
      return fmt::format("{}; runs the second time ({})", head, second);
    case DstFold::both:
      break;
  }
  return fmt::format("{}; runs both times ({} and {})", head, first, second);
}

struct Span {
  Instant from;
  Instant to;
  std::size_t limit;
};

void add_notes(std::vector<std::string>& notes, const CalendarPlan& plan, const Span& span)
{
  auto from = span.from;
  while (notes.size() < span.limit) {
    const auto transition = plan.zone.next_transition(from);
    if (!transition || transition->at > span.to) return;
    from = transition->at;
    const auto change = change_of(*transition);
    const auto touched = touched_by(change, plan.rule);
    if (touched.times.empty()) continue;
    const auto note =
        change.gap ? gap_note(change, touched, plan.dst) : fold_note(change, touched, plan.dst);
    notes.push_back(fmt::format("{}: {}", date_text(change.day()), note));
  }
}

}  // namespace

std::vector<std::string> dst_notes(const Trigger& trigger, const Zone& zone,
                                   std::string_view task_id, Instant from, Instant to,
                                   std::size_t limit)
{
  if (trigger.start) from = std::max(from, *trigger.start);
  if (trigger.end) to = std::min(to, *trigger.end);
  std::vector<std::string> notes;
  switch (trigger.kind) {
    case TriggerKind::date:
    case TriggerKind::interval:
    case TriggerKind::boot:
    case TriggerKind::shutdown:
      break;
    case TriggerKind::cron:
    case TriggerKind::calendar:
      if (const auto plan = calendar_plan(trigger, zone, task_id)) {
        add_notes(notes, *plan, {from, to, limit});
      }
      break;
    case TriggerKind::any:
    case TriggerKind::all:
      for (const auto& child : trigger.children) {
        for (auto& note : dst_notes(child, zone, task_id, from, to, limit - notes.size())) {
          notes.push_back(std::move(note));
        }
      }
      break;
  }
  return notes;
}

}  // namespace asyncz
