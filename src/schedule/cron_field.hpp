// SPDX-License-Identifier: MIT
// One field of a cron expression: what crontab fields and named fields have in common.
#pragma once

#include "base/result.hpp"
#include "schedule/calendar_rule.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace asyncz {

// A field's name, range and words.
struct CronField {
  std::string_view name;  // `day-of-month`, for messages
  int low;
  int high;
  std::span<const std::string_view> words = {};  // of low, low + 1 …
  std::string_view unit = {};                    // `m` where `--every` could say it
  bool seven_is_sunday = false;                  // the range ends with 7, Sunday's other number
};

extern const std::span<const std::string_view> month_words;  // jan … dec
extern const std::span<const std::string_view> days_from_sunday;
extern const std::span<const std::string_view> days_from_monday;

// "hour field: 22-4 runs backwards".
[[nodiscard]] Error field_error(const CronField& field, std::string_view what, std::string hint);

// A number or a word of the field.
//   usage  neither, or out of range
Result<int> parse_field_value(const CronField& field, std::string_view text);

// One item of a list: `*`, `*/n`, `a`, `a/n`, `a-b`, `a-b/n`.
//   usage  also a range that runs backwards, and a step above 1 that its range has no room for
Result<Progression> parse_field_item(const CronField& field, std::string_view text);

// A step after `/`, checked against the range that it steps through. `shown` is the whole item.
Result<int> parse_field_step(const CronField& field, std::string_view text, int first, int last,
                             std::string_view shown);

// The numbers of a progression as bits; 7 is Sunday where the field says so.
[[nodiscard]] std::uint64_t bits_of(const CronField& field, const Progression& numbers);

}  // namespace asyncz
