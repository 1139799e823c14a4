// SPDX-License-Identifier: MIT
// Cron expressions: crontab(5) fields, nicknames, and named fields.
#pragma once

#include "base/result.hpp"
#include "schedule/calendar_rule.hpp"

#include <optional>
#include <string_view>
#include <vector>

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

// The five fields that a nickname stands for: `0 * * * *` for `@hourly`.
[[nodiscard]] std::optional<std::string_view> nickname_fields(std::string_view text);

// A field as it was written.
struct FieldText {
  std::string_view name;  // `second`, `minute`, `hour`, `day`, `month`, `day_of_week` …
  std::string_view text;
};

// The fields of an expression that parse_cron() reads; nicknames are spelled out.
[[nodiscard]] std::vector<FieldText> cron_field_texts(std::string_view text);

}  // namespace asyncz
