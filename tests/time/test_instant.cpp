// SPDX-License-Identifier: MIT
#include "time/instant.hpp"

#include <doctest/doctest.h>

using namespace asyncz;
using std::chrono::hours;
using std::chrono::seconds;

TEST_CASE("an instant is shown with the offset, and a fraction only where there is one")
{
  CHECK(rfc3339(instant_of(1'806'199'200'000'000), hours{2}) == "2027-03-28T04:00:00+02:00");
  CHECK(rfc3339(instant_of(1'806'199'200'000'001), -hours{3} - seconds{1800}) ==
        "2027-03-27T22:30:00.000001-03:30");
  CHECK(rfc3339(Instant{}, seconds{0}) == "1970-01-01T00:00:00+00:00");
  CHECK(rfc3339(instant_of(-1), seconds{0}) == "1969-12-31T23:59:59.999999+00:00");
}

TEST_CASE("an offset that RFC 3339 cannot write is given in UTC")
{
  CHECK(rfc3339(Instant{}, seconds{-2670}) == "1970-01-01T00:00:00+00:00");
}

TEST_CASE("sums stay within the years 1 to 9999, and never stays never")
{
  CHECK(saturated_sum(Instant{}, hours{1}) == instant_of(3'600'000'000));
  CHECK(saturated_sum(last_instant, hours{1}) == last_instant);
  CHECK(saturated_sum(first_instant, -hours{1}) == first_instant);
  CHECK(saturated_sum(Instant{}, Duration::max()) == last_instant);
  CHECK(saturated_sum(Instant{}, Duration::min()) == first_instant);
  CHECK(saturated_sum(never, -hours{1}) == never);
  CHECK(rfc3339(never, hours{14}) == "9999-12-31T23:59:59.999999+14:00");
}
