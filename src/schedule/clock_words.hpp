// SPDX-License-Identifier: MIT
// The times of day of a calendar rule in words.
#pragma once

#include "schedule/calendar_rule.hpp"

#include <string>

namespace asyncz {

// "at 02:30", "every 5 minutes", "every hour from 09:00 to 17:00"
[[nodiscard]] std::string time_words(const CalendarRule& rule);

}  // namespace asyncz
