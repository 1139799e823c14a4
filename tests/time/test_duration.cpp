// SPDX-License-Identifier: MIT
#include "time/instant.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace asyncz;

namespace {

struct Reading {
  const char* text;
  std::int64_t us;
};

std::string refusal(const char* text)
{
  const auto read = parse_duration(text);
  return read ? "read as " + duration_text(*read) : read.error().what + " | " + read.error().hint;
}

}  // namespace

TEST_CASE("durations are read in every spelling")
{
  for (const auto& reading : {
           Reading{"0", 0},
           {"250ms", 250'000},
           {"10s", 10'000'000},
           {"5m", 300'000'000},
           {"1h30m", 5'400'000'000},
           {"1h 30min", 5'400'000'000},
           {" 2 days ", 172'800'000'000},
           {"1w", 604'800'000'000},
           {"1.5s", 1'500'000},
           {"1,5 hours", 5'400'000'000},
           {"0.000001s", 1},
           {"7us", 7},
           {"1w2d3h4m5s6ms7us", 788'645'006'007},
           {"PT1H30M", 5'400'000'000},
           {"P2D", 172'800'000'000},
           {"P1DT12H", 129'600'000'000},
           {"P1W", 604'800'000'000},
           {"PT0.5S", 500'000},
       }) {
    CAPTURE(reading.text);
    const auto read = parse_duration(reading.text);
    REQUIRE(read);
    CHECK(read->count() == reading.us);
  }
}

TEST_CASE("what is no duration is refused with what to write")
{
  CHECK(refusal("90").find("write 90s for seconds, 90m for minutes") != std::string::npos);
  CHECK(refusal("1h30").find("30 has no unit") != std::string::npos);
  CHECK(refusal("0.5").find("0.5 has no unit") != std::string::npos);
  CHECK(refusal("1M").find("no fixed length") != std::string::npos);
  CHECK(refusal("2 years").find("no fixed length") != std::string::npos);
  CHECK(refusal("P1M").find("no fixed length") != std::string::npos);
  CHECK(refusal("5 minuts").find("write minute") != std::string::npos);
  CHECK(refusal("30m1h").find("large to small") != std::string::npos);
  CHECK(refusal("1h1h").find("at most once") != std::string::npos);
  CHECK(refusal("-5m").find("negative") != std::string::npos);
  CHECK(refusal("0.0000001s").find("finer than a microsecond") != std::string::npos);
  CHECK(refusal("0.01us").find("finer than a microsecond") != std::string::npos);
  CHECK(refusal("10000000000d").find("longer than 9999 years") != std::string::npos);
  CHECK(refusal("99999999999999999999999s").find("longer than 9999 years") != std::string::npos);
  for (const auto* text : {"", " ", "h", "1.h", "1..5s", "P", "PT", "P1H", "PT1D", "five minutes",
                           "1h-30m", "1h+30m", "\xFF", "1e3s", "P1DT"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a duration's text is short")
{
  CHECK(duration_text(Duration{0}) == "0s");
  CHECK(duration_text(std::chrono::minutes{90}) == "1h30m");
  CHECK(duration_text(std::chrono::hours{36}) == "1d12h");
  CHECK(duration_text(std::chrono::days{14}) == "2w");
  CHECK(duration_text(std::chrono::days{30}) == "30d");
  CHECK(duration_text(Duration{1'500'000}) == "1.5s");
  CHECK(duration_text(Duration{250'000}) == "250ms");
  CHECK(duration_text(Duration{1'500}) == "1.5ms");
  CHECK(duration_text(Duration{1}) == "1us");
  CHECK(duration_text(std::chrono::hours{1} + Duration{1}) == "1h1us");
  CHECK(duration_text(-std::chrono::minutes{5}) == "-5m");
}

TEST_CASE("every duration's text reads back as the same duration")
{
  std::mt19937_64 random{20261123};
  for (int i = 0; i < 20'000; ++i) {
    const auto limit = std::int64_t{1} << std::uniform_int_distribution{1, 57}(random);
    const Duration duration{std::uniform_int_distribution<std::int64_t>{0, limit}(random)};
    const auto text = duration_text(duration);
    CAPTURE(text);
    const auto read = parse_duration(text);
    REQUIRE(read);
    CHECK(*read == duration);
  }
}
