// SPDX-License-Identifier: MIT
// Sleeping until a descriptor has something, or until a time.
#pragma once

#include "base/unique_fd.hpp"
#include "time/instant.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

namespace asyncz {

// What does not jump: for timeouts. What the wall clock says is for schedules.
using Steady = std::chrono::steady_clock;

// So long from now, or longer than any process lives.
[[nodiscard]] Steady::time_point from_now(Duration wait);
[[nodiscard]] bool has_come(Steady::time_point time);

// What does not stand still while the machine sleeps: for leases, which go on elsewhere.
[[nodiscard]] Duration since_boot();

// Sleeps until one of the descriptors is readable (those below 0 are left out), `until` has come or
// a signal interrupts. Which are readable.
template <std::size_t N>
std::array<bool, N> wait_for(const std::array<int, N>& fds,
                             std::optional<Steady::time_point> until);

extern template std::array<bool, 1> wait_for(const std::array<int, 1>&,
                                             std::optional<Steady::time_point>);
extern template std::array<bool, 2> wait_for(const std::array<int, 2>&,
                                             std::optional<Steady::time_point>);
extern template std::array<bool, 3> wait_for(const std::array<int, 3>&,
                                             std::optional<Steady::time_point>);

// An alarm at an instant of the wall clock, to the microsecond; it notices when the clock is set or
// the machine has slept.
class Alarm {
 public:
  Alarm();

  void set(Instant at);  // `never`: off
  // Readable when the instant has come or the clock was set.
  [[nodiscard]] int fd() const { return timer_.get(); }
  void clear();  // after it was readable

 private:
  UniqueFd timer_;
  Instant at_ = never;
};

}  // namespace asyncz
