// SPDX-License-Identifier: MIT
// The days that a calendar rule names, month by month.
#pragma once

#include "schedule/calendar_rule.hpp"

#include <chrono>
#include <cstdint>

namespace asyncz {

// The months, as bits 1 … 12, that can hold a day of the rule.
[[nodiscard]] std::uint32_t months_with_days(const CalendarRule& rule);

// The days of a month that the rule names, as bits 1 … 31.
[[nodiscard]] std::uint32_t days_in_month(const CalendarRule& rule,
                                          std::chrono::year_month year_month);

}  // namespace asyncz
