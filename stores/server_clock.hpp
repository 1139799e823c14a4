// SPDX-License-Identifier: MIT
// How far a server's clock is ahead of ours. Leases are counted by the server's, so that workers
// need not agree about the time.
#pragma once

#include "time/instant.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace asyncz::stores {

class ServerClock {
 public:
  // A clock may be set at any time, so what was measured is not believed for long.
  [[nodiscard]] bool is_fresh(Instant now) const
  {
    return measured_ && *measured_ <= now && now < *measured_ + std::chrono::seconds{10};
  }
  void forget() { measured_.reset(); }

  // The server said a time that lies between these two. Both clocks are the same where it lies
  // between our question and its answer.
  void measure(Instant asked, Instant earliest, Instant latest, Instant answered)
  {
    ahead_ = latest < asked        ? latest - asked
             : earliest > answered ? earliest - answered
                                   : Duration{0};
    measured_ = answered;
  }

  // What the server's clock says at `instant` of ours, and the other way round.
  [[nodiscard]] Instant there(Instant instant) const
  {
    return instant == never ? never : instant + ahead_;
  }
  [[nodiscard]] Instant here(Instant instant) const { return instant - ahead_; }

 private:
  Duration ahead_{0};
  std::optional<Instant> measured_;
};

}  // namespace asyncz::stores
