// SPDX-License-Identifier: MIT
// What time it is: injected, so that tests move time by hand.
#pragma once

#include "time/instant.hpp"

namespace asyncz {

class Clock {
 public:
  virtual ~Clock() = default;

  // The present wall-clock instant. It may step in either direction.
  [[nodiscard]] virtual Instant now() const = 0;

  // When this host was started, by the same clock.
  [[nodiscard]] virtual Instant host_started() const { return first_instant; }
};

// The system's clock (CLOCK_REALTIME); lives as long as the process.
const Clock& system_clock();

}  // namespace asyncz
