// SPDX-License-Identifier: MIT
#include "time/clock.hpp"

#include <ctime>

namespace asyncz {
namespace {

class SystemClock final : public Clock {
 public:
  Instant now() const override
  {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    return Instant{duration_of(time)};
  }

  Instant host_started() const override
  {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return now() - duration_of(time);
  }

 private:
  static Duration duration_of(const timespec& time)
  {
    return std::chrono::seconds{time.tv_sec} + Duration{time.tv_nsec / 1000};
  }
};

}  // namespace

const Clock& system_clock()
{
  static const SystemClock clock;
  return clock;
}

}  // namespace asyncz
