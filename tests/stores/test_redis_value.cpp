// SPDX-License-Identifier: MIT
#include "stores/redis/record_value.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;
using namespace asyncz::stores;

TEST_CASE("a value is read as it was written")
{
  Record record{.id = "a", .moment = Instant{Duration{-5}}, .queue = "q", .priority = -9};
  record.revision = 3;
  record.fence = ~std::uint64_t{0};
  const auto read = redis::record_of("a", redis::value_of(record));
  REQUIRE(read);
  CHECK(*read == record);
}

TEST_CASE("a value with a number that nobody wrote is corrupt")
{
  REQUIRE(redis::record_of("a", "1 2 3 0:q\nx"));
  for (const auto* value :
       {"1 -2 3 0:q\nx", "+1 2 3 0:q\nx", "1 2  0:q\nx", "1 2 3x 0:q\nx", "1 2 3 :q\nx",
        "1 2 3 4294967296:q\nx", "99999999999999999999 2 3 0:q\nx", "1\t2 2 3 0:q\nx"}) {
    CAPTURE(value);
    const auto record = redis::record_of("a", value);
    REQUIRE_FALSE(record);
    CHECK(record.error().kind == ErrorKind::corrupt);
  }
}

TEST_CASE("a run with a number that nobody wrote is corrupt")
{
  REQUIRE(redis::run_of("00000000000000ff.00000000000000000001.255", "7\nx"));
  for (const auto* name : {"00000000000000fg.1.0", "1ffffffffffffffff.1.0", "ff.-1.0", "ff.1.256",
                           "ff.1.", "ff.1. 0"}) {
    CAPTURE(name);
    const auto run = redis::run_of(name, "7\nx");
    REQUIRE_FALSE(run);
    CHECK(run.error().kind == ErrorKind::corrupt);
  }
  CHECK_FALSE(redis::run_of("ff.1.0", "7 \nx"));
}
