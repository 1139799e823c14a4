// SPDX-License-Identifier: MIT
#include "base/number.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>

using namespace asyncz;

TEST_CASE("a number is the whole of its text, and in range")
{
  CHECK(parse_number<int>("-12") == -12);
  CHECK(parse_number<std::uint8_t>("255") == 255);
  CHECK(parse_number<unsigned>("755", 8) == 0755U);
  CHECK(parse_number<double>("-1.5") == -1.5);
  CHECK(parse_number<double>("2") == 2);
  CHECK(parse_number<double>(".5e1") == 5);
  for (const std::string_view text : {"", "-", "+1", " 1", "1 ", "1x", "0x10", "1,5"}) {
    CHECK_FALSE(parse_number<int>(text));
    CHECK_FALSE(parse_number<double>(text));
  }
  CHECK_FALSE(parse_number<std::uint8_t>("256"));
  CHECK_FALSE(parse_number<unsigned>("-1"));
  for (const std::string_view text : {"inf", "nan", "1e999", "1e-999", "1e", "1.2.3", "."}) {
    CHECK_FALSE(parse_number<double>(text));
  }
}
