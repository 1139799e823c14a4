// SPDX-License-Identifier: MIT
// From local times to instants: what becomes of a calendar rule where clocks change. The one place
// of these rules, for every dialect.
#pragma once

#include "schedule/calendar_rule.hpp"
#include "schedule/trigger.hpp"

namespace asyncz {

// What happens to local times that a change of clocks skips or repeats. A schedule that follows
// elapsed time makes nothing up for a gap and counts both passes.
struct DstRule {
  DstGap gap = DstGap::shift;  // shift: run once, at the first instant after the gap
  DstFold fold = DstFold::first;

  friend bool operator==(const DstRule&, const DstRule&) = default;
};

inline constexpr DstRule elapsed_time{DstGap::skip, DstFold::both};

// The instants of a calendar rule in a zone.
class LocalSchedule final : public Schedule {
 public:
  LocalSchedule(CalendarRule rule, Zone zone, DstRule dst);

  [[nodiscard]] Result<std::optional<Instant>> next(Instant after) const override;
  [[nodiscard]] Result<std::optional<Instant>> last(Instant not_after) const override;

 private:
  // The local times that count within one period of constant offset.
  struct Window {
    OffsetPeriod period;
    LocalTime begin;
    LocalTime end;            // exclusive
    bool gap_is_due = false;  // a local time in the gap before the period runs at its beginning
  };
  [[nodiscard]] Window window_at(Instant instant) const;
  void apply_change_at_begin(Window& window) const;

  CalendarRule rule_;
  Zone zone_;
  DstRule dst_;
};

}  // namespace asyncz
