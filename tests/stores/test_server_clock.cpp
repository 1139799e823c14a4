// SPDX-License-Identifier: MIT
// How a server's time is told from ours.
#include "stores/server_clock.hpp"

#include <doctest/doctest.h>

using namespace asyncz;
using namespace std::chrono_literals;

namespace {

const Instant noon = instant_of(1'800'000'000'000'000);

}  // namespace

TEST_CASE("a server's clock that lies between question and answer is ours")
{
  stores::ServerClock clock;
  CHECK_FALSE(clock.is_fresh(noon));
  clock.measure(noon, noon + 1ms, noon + 2ms, noon + 5ms);
  CHECK(clock.there(noon) == noon);
  CHECK(clock.is_fresh(noon + 5ms));
  CHECK_FALSE(clock.is_fresh(noon));
  CHECK_FALSE(clock.is_fresh(noon + 1min));
}

TEST_CASE("a server's clock that is ahead or behind is converted from and to")
{
  stores::ServerClock clock;
  clock.measure(noon, noon + 1h, noon + 1h, noon + 1s);
  CHECK(clock.there(noon) == noon + 1h - 1s);
  CHECK(clock.here(clock.there(noon)) == noon);
  CHECK(clock.there(never) == never);
  clock.measure(noon, noon - 1h, noon - 1h, noon + 1s);
  CHECK(clock.there(noon) == noon - 1h);
  clock.forget();
  CHECK_FALSE(clock.is_fresh(noon + 1s));
}
