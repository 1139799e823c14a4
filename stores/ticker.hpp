// SPDX-License-Identifier: MIT
// A descriptor that becomes readable every so often: for stores that cannot say what has changed.
#pragma once

#include "base/unique_fd.hpp"
#include "time/instant.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>

namespace asyncz::stores {

class Ticker {
 public:
  explicit Ticker(Duration period) : timer_{::timerfd_create(CLOCK_MONOTONIC, flags)}
  {
    tick_each(period);
  }

  [[nodiscard]] int fd() const { return timer_.get(); }

  // By any thread: the first time after a period from now, or at once.
  void tick_each(Duration period) { set(period, period); }
  void tick_now(Duration period) { set(std::chrono::microseconds{1}, period); }

  void clear()
  {
    std::uint64_t ticks = 0;
    static_cast<void>(::read(timer_.get(), &ticks, sizeof ticks));
  }

 private:
  static constexpr int flags = TFD_CLOEXEC | TFD_NONBLOCK;

  static timespec timespec_of(Duration duration)
  {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
    timespec time{};
    time.tv_sec = seconds.count();
    time.tv_nsec = std::chrono::nanoseconds{duration - seconds}.count();
    return time;
  }

  void set(Duration first, Duration period)
  {
    const itimerspec time{.it_interval = timespec_of(period), .it_value = timespec_of(first)};
    ::timerfd_settime(timer_.get(), 0, &time, nullptr);
  }

  UniqueFd timer_;
};

}  // namespace asyncz::stores
