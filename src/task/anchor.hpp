// SPDX-License-Identifier: MIT
// Triggers that are declared again and again, as in a file: what depends on when they are read
// (`in 5m`, an interval without a start) is decided at the first reading.
#pragma once

#include "task/trigger.hpp"

namespace asyncz {

// `read` and `later` are the same declaration, read at different times; `present` is what an
// earlier reading gave. Where the readings differ, what is present stays, as long as it is a
// trigger of the same kind and, of an interval, the same length.
[[nodiscard]] Trigger anchored(Trigger read, const Trigger& later, const Trigger& present);

}  // namespace asyncz
