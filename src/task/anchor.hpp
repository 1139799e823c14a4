// SPDX-License-Identifier: MIT
// Triggers that are declared again and again, as in a file: what depends on when they are read
// (`in 5m`, an interval without a start) is decided at the first reading.
#pragma once

#include "task/trigger.hpp"

namespace asyncz {

// How much later a declaration is read again: enough for every time that is told by its distance
// from now, or by its weekday, to differ.
inline constexpr Duration far_later = std::chrono::hours{24 * 1000 + 7};

// `read` and `later` are the same declaration, read at different times; `present` is what an
// earlier reading gave. Where the readings differ, what is present stays, as long as it is a
// trigger of the same kind and, of an interval, the same length.
[[nodiscard]] Trigger anchored(Trigger read, const Trigger& later, const Trigger& present);

}  // namespace asyncz
