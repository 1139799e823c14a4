// SPDX-License-Identifier: MIT
#include "schedule/local_schedule.hpp"

#include <algorithm>

namespace asyncz {
namespace {

// No zone is further from another, or jumps by more.
constexpr auto longest_jump = std::chrono::hours{48};

using Time = std::optional<Instant>;

Instant as_if_utc(LocalTime time) { return Instant{time.time_since_epoch()}; }

LocalTime local(Instant instant, std::chrono::seconds offset)
{
  return LocalTime{(instant + offset).time_since_epoch()};
}

}  // namespace

LocalSchedule::LocalSchedule(CalendarRule rule, Zone zone, DstRule dst)
    : rule_{std::move(rule)}, zone_{std::move(zone)}, dst_{dst}
{
}

LocalSchedule::Window LocalSchedule::window_at(Instant instant) const
{
  const auto period = zone_.period_at(instant);
  Window window{period, local(period.begin, period.offset), local(period.end, period.offset)};
  if (dst_.fold == DstFold::second && period.end <= last_instant) {
    window.end = std::min(window.end, local(period.end, zone_.offset_at(period.end)));
  }
  return window;
}

void LocalSchedule::apply_change_at_begin(Window& window) const
{
  const auto begin = window.period.begin;
  if (dst_ == elapsed_time || begin <= first_instant) return;
  const auto before = local(begin, zone_.offset_at(begin - Duration{1}));
  if (before < window.begin && dst_.gap == DstGap::shift) {
    const auto skipped = next_local(rule_, before);
    window.gap_is_due = skipped && *skipped < window.begin;
  }
  if (before > window.begin && dst_.fold == DstFold::first) window.begin = before;
}

Result<Time> LocalSchedule::next(Instant after) const
{
  // Each round looks at one period; periods that cannot hold anything are jumped over.
  auto from = saturated_sum(after, Duration{1});
  while (from < last_instant) {
    auto window = window_at(from);
    const auto& period = window.period;
    if (from - period.begin < longest_jump) apply_change_at_begin(window);
    if (from == period.begin && window.gap_is_due) return Time{from};

    const auto found = next_local(rule_, std::max(window.begin, local(from, period.offset)));
    if (found && *found < window.end) return Time{as_if_utc(*found) - period.offset};
    // What the change at the period's end repeats has just been seen, if this much was.
    const bool seen = period.end - from > longest_jump;
    if (!found && seen) return Time{};
    from = seen ? std::max(period.end, as_if_utc(*found) - longest_jump) : period.end;
  }
  return Time{};
}

Result<Time> LocalSchedule::last(Instant not_after) const
{
  auto until = std::min(not_after, last_instant);
  while (until > first_instant) {
    auto window = window_at(until);
    const auto& period = window.period;
    const auto end = std::min(window.end - Duration{1}, local(until, period.offset));
    const auto found = last_local(rule_, end);
    if (!found || *found - window.begin < longest_jump) apply_change_at_begin(window);
    if (found && *found >= window.begin) return Time{as_if_utc(*found) - period.offset};
    if (window.gap_is_due) return Time{period.begin};
    const bool seen = until - period.begin > longest_jump;
    if (!found && seen) return Time{};
    until = period.begin - Duration{1};
    if (seen) until = std::min(until, as_if_utc(*found) + longest_jump);
  }
  return Time{};
}

}  // namespace asyncz
