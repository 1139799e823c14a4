// SPDX-License-Identifier: MIT
// Cron expressions: crontab(5) fields, nicknames, and named fields.
#pragma once

#include "base/result.hpp"
#include "task/calendar_rule.hpp"

#include <string_view>

namespace asyncz {

struct CronExpression {
  CalendarRule rule;
  // The minute or the hour field begins with `*`: the schedule follows elapsed time, where others
  // name fixed local times.
  bool elapsed = false;
};

// `30 2 * * *`, six fields with seconds first, `@daily`, or named fields. `task_id` seeds the
// stable choices (`H`, `a~b`). Whether the calendar has such a date is not asked here.
//   usage  what is wrong, in which field; the hint is what was probably meant
Result<CronExpression> parse_cron(std::string_view text, std::string_view task_id);

// Whether these are named fields: `day="last sun" hour=3`.
[[nodiscard]] bool has_named_fields(std::string_view text);

// The five or six fields that a nickname stands for, or nothing.
[[nodiscard]] std::optional<std::string_view> nickname_fields(std::string_view text);

}  // namespace asyncz
