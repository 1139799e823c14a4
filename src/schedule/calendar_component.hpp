// SPDX-License-Identifier: MIT
// One part of a calendar event's date or time: a list of numbers, ranges and repetitions.
#pragma once

#include "base/result.hpp"
#include "schedule/calendar_rule.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace asyncz {

// A part of a date or a time, and the numbers that it takes.
struct Component {
  std::string_view name;
  std::int64_t low;
  std::int64_t high;
  std::int64_t unit = 1;  // a second is a million of what we compute with
};

using Numbers = std::vector<Progression>;

// A list of `a`, `a..b`, `a/n`, `a..b/n`, or `*`. `from_end`: days counted from the month's end,
// where a repetition without range goes on to the last day, 1.
//   usage  what is wrong, naming the part
Result<Numbers> parse_component(std::string_view text, const Component& part,
                                bool from_end = false);

// The numbers as bits.
[[nodiscard]] std::uint64_t component_bits(const Numbers& numbers);

}  // namespace asyncz
