// SPDX-License-Identifier: MIT
#include "run/wait.hpp"

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace asyncz {
namespace {

timespec timespec_of(std::chrono::nanoseconds time)
{
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((time - seconds).count())};
}

}  // namespace

Steady::time_point from_now(Duration wait)
{
  constexpr Duration longest = std::chrono::hours{24 * 365 * 100};
  return Steady::now() + std::min(wait, longest);
}

bool has_come(Steady::time_point time) { return time <= Steady::now(); }

Duration since_boot()
{
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds{time.tv_sec} +
         std::chrono::floor<Duration>(std::chrono::nanoseconds{time.tv_nsec});
}

template <std::size_t N>
std::array<bool, N> wait_for(const std::array<int, N>& fds, std::optional<Steady::time_point> until)
{
  std::array<pollfd, N> polled{};
  for (std::size_t i = 0; i < N; ++i) polled[i] = {fds[i], POLLIN, 0};
  timespec left{};
  if (until) {
    left = timespec_of(std::max<std::chrono::nanoseconds>(*until - Steady::now(), {}));
  }
  std::array<bool, N> readable{};
  if (::ppoll(polled.data(), N, until ? &left : nullptr, nullptr) <= 0) return readable;
  for (std::size_t i = 0; i < N; ++i) readable[i] = polled[i].revents != 0;
  return readable;
}

template std::array<bool, 1> wait_for(const std::array<int, 1>&, std::optional<Steady::time_point>);
template std::array<bool, 2> wait_for(const std::array<int, 2>&, std::optional<Steady::time_point>);
template std::array<bool, 3> wait_for(const std::array<int, 3>&, std::optional<Steady::time_point>);

Alarm::Alarm() : timer_{::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)} {}

void Alarm::set(Instant at)
{
  if (at == at_) return;
  at_ = at;
  itimerspec spec{};
  if (at != never) {
    // Zero would switch it off, so the past is its first nanosecond.
    spec.it_value = timespec_of(std::max(at, instant_of(0)).time_since_epoch());
    if (spec.it_value.tv_sec == 0 && spec.it_value.tv_nsec == 0) spec.it_value.tv_nsec = 1;
  }
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, nullptr);
}

void Alarm::clear()
{
  std::uint64_t count = 0;
  static_cast<void>(::read(timer_.get(), &count, sizeof count) < 0);
  at_ = never;
}

}  // namespace asyncz
