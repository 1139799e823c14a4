// SPDX-License-Identifier: MIT
// What depends on when a trigger is read (`in 5m`, an interval without a start), and what becomes
// of it where it is declared again and again, as in a file: it is decided at the first reading.
#pragma once

#include "schedule/trigger.hpp"

namespace asyncz {

// Gives a start to every interval without one: that of the any or all that it is part of, else one
// interval after now.
void give_starts(Trigger& trigger, Instant now);

// How much later a declaration is read again: enough for every time that is told by its distance
// from now, or by its weekday, to differ.
inline constexpr Duration far_later = std::chrono::hours{24 * 1000 + 7};

// `read` and `later` are the same declaration, read at different times; `present` is what an
// earlier reading gave. Where the readings differ, what is present stays, as long as it is a
// trigger of the same kind and, of an interval, the same length.
[[nodiscard]] Trigger anchored(Trigger read, const Trigger& later, const Trigger& present);

}  // namespace asyncz
