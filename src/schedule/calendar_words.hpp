// SPDX-License-Identifier: MIT
// A calendar rule in words: "at 02:30 on Monday to Friday".
#pragma once

#include "schedule/calendar_rule.hpp"

#include <string>

namespace asyncz {

[[nodiscard]] std::string calendar_words(const CalendarRule& rule);

// The days alone: "on day 13 of the month or on Friday"; empty where every day is meant.
[[nodiscard]] std::string day_words(const CalendarRule& rule);

}  // namespace asyncz
