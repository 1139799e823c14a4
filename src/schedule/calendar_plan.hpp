// SPDX-License-Identifier: MIT
// A cron or calendar trigger with its expression read: what its schedule is computed from and what
// explanations are made of.
#pragma once

#include "schedule/local_schedule.hpp"

#include <string_view>

namespace asyncz {

struct CalendarPlan {
  CalendarRule rule;
  DstRule dst;
  Zone zone;  // the trigger's own where it names one, else the task's
};

// `trigger.kind` is cron or calendar.
//   usage  the expression is refused; or no year has such a date
Result<CalendarPlan> calendar_plan(const Trigger& trigger, const Zone& zone,
                                   std::string_view task_id);

}  // namespace asyncz
