// SPDX-License-Identifier: MIT
// Which local times a calendar schedule names, as sets of numbers; and the next and the last of
// them, found field by field. Every dialect is read into this.
#pragma once

#include "schedule/number_set.hpp"
#include "time/zone.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace asyncz {

// Days of a month, named in any of these ways; a day belongs to the set if one of them names it.
struct DaySet {
  std::uint32_t days = 0;                      // bit 1 … 31
  std::uint32_t from_end = 0;                  // bit 1: the last day, 2: the one before …
  std::uint32_t nearest_workday = 0;           // bit n: the Monday to Friday nearest to day n
  bool last_workday = false;                   // the last Monday to Friday
  std::uint32_t weekdays = 0;                  // bit 0: Sunday … 6: Saturday
  std::array<std::uint32_t, 5> nth_weekday{};  // [n - 1]: of these weekdays the n-th
  std::uint32_t last_weekday = 0;              // of these weekdays the last

  friend bool operator==(const DaySet&, const DaySet&) = default;
};

inline constexpr std::uint32_t every_day = 0xFFFFFFFE;
inline constexpr std::uint32_t every_weekday = 0x7F;
inline constexpr std::uint32_t every_month = 0x1FFE;
inline constexpr std::uint32_t every_hour = 0xFFFFFF;
inline constexpr std::uint64_t every_minute = 0xFFFFFFFFFFFFFFF;
inline constexpr int first_year = 1970;
inline constexpr int last_year = 9999;

struct CalendarRule {
  NumberSet years{{{first_year, last_year, 1}}};
  std::uint32_t months = every_month;  // bit 1 … 12
  DaySet month_days{.days = every_day};
  DaySet week_days{.weekdays = every_weekday};
  bool either_day = false;         // a day matches by month_days or week_days; else by both
  std::uint64_t weeks = 0;         // ISO weeks, bit 1 … 53; 0: any
  std::uint32_t hours = 1;         // bit 0 … 23
  std::uint64_t minutes = 1;       // bit 0 … 59
  NumberSet seconds{{{0, 0, 1}}};  // microseconds since the minute's beginning
};

// The first local time of the rule that is not before `from`, and the last that is not after
// `until`; nothing beyond the years of the rule.
[[nodiscard]] std::optional<LocalTime> next_local(const CalendarRule& rule, LocalTime from);
[[nodiscard]] std::optional<LocalTime> last_local(const CalendarRule& rule, LocalTime until);

}  // namespace asyncz
