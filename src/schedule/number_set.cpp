// SPDX-License-Identifier: MIT
#include "schedule/number_set.hpp"

#include <algorithm>

namespace asyncz {

std::optional<std::int64_t> NumberSet::at_least(std::int64_t value) const
{
  std::optional<std::int64_t> best;
  for (const auto& [first, last, step] : parts_) {
    const auto found = value <= first ? first : first + (value - first + step - 1) / step * step;
    if (found <= last && (!best || found < *best)) best = found;
  }
  return best;
}

std::optional<std::int64_t> NumberSet::at_most(std::int64_t value) const
{
  std::optional<std::int64_t> best;
  for (const auto& [first, last, step] : parts_) {
    if (value < first) continue;
    const auto found = first + (std::min(value, last) - first) / step * step;
    if (!best || found > *best) best = found;
  }
  return best;
}

}  // namespace asyncz
