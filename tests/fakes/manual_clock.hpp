// SPDX-License-Identifier: MIT
// A clock that stands still until a test moves it.
#pragma once

#include "time/clock.hpp"

namespace asyncz::fakes {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = instant_of(1'800'000'000'000'000)) : now_{start} {}

  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] Instant host_started() const override { return host_started_; }
  void advance(Duration duration) { now_ += duration; }
  void set(Instant instant) { now_ = instant; }
  void restart_host() { host_started_ = now_; }

 private:
  Instant now_;
  Instant host_started_ = first_instant;
};

}  // namespace asyncz::fakes
