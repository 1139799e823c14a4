// SPDX-License-Identifier: MIT
// systemd's calendar expressions: `Mon..Fri *-*-* 09:00:00 Europe/Berlin`.
#pragma once

#include "base/result.hpp"
#include "schedule/calendar_rule.hpp"
#include "time/zone.hpp"

#include <optional>
#include <string_view>

namespace asyncz {

struct CalendarEvent {
  CalendarRule rule;
  bool elapsed = false;      // the hour or the minute is `*`: follows elapsed time, as in cron
  std::optional<Zone> zone;  // where the expression names one
};

// A calendar event as systemd.time(7) describes it: weekdays, date, time, zone, each of which may
// be missing, or a shorthand such as `weekly`. `@EPOCH` is not among them: that is no recurrence.
//   usage  what is wrong and, where it is known, what was meant
Result<CalendarEvent> parse_calendar_event(std::string_view text);

}  // namespace asyncz
