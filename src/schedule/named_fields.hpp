// SPDX-License-Identifier: MIT
// Cron by named fields: `day="last sun" hour=3 minute=30`. All of them must match.
#pragma once

#include "base/result.hpp"
#include "schedule/cron_expression.hpp"

#include <array>
#include <string_view>

namespace asyncz {

// From the most to the least significant.
inline constexpr std::array<std::string_view, 8> named_field_names{
    "year", "month", "day", "week", "day_of_week", "hour", "minute", "second"};

// Fields below the least significant given one take their minimum (week and day_of_week: any), the
// others not given are `*`. Values with blanks are quoted.
//   usage  also an unknown field (with the nearest known one), and one given twice
Result<CronExpression> parse_named_fields(std::string_view text);

// The fields that are given, in the order of named_field_names; nothing if they cannot be read.
[[nodiscard]] std::vector<FieldText> named_field_texts(std::string_view text);

}  // namespace asyncz
