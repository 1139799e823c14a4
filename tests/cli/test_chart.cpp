// SPDX-License-Identifier: MIT
#include "cli/terminal/chart.hpp"

#include <doctest/doctest.h>

namespace asyncz::cli {
namespace {

Instant at(int year, unsigned month, unsigned day)
{
  return std::chrono::sys_days{std::chrono::year{year} / month / day};
}

TEST_CASE("a column of a chart shows nothing, one mark or several")
{
  const Chart chart{{{0, "0"}, {0.5, "5"}}, {{"row", {0.0, 0.31, 0.32, 0.999}}}, false};
  CHECK(drawn(chart, 14, true) ==
        "    0    5\n"
        "row ▪··█·····▪\n");
  CHECK(drawn(chart, 14, false) ==
        "    0    5\n"
        "row o..#.....o\n");
}

TEST_CASE("the last row of a chart tells how many marks clash")
{
  Chart chart{{}, {{"a", {0.0, 0.5}}, {"b", {0.0}}}, true};
  CHECK(drawn(chart, 14, false) ==
        "\n"
        "a   o....o....\n"
        "b   o.........\n"
        "all 2    1\n");
  chart.rows[0].marks.assign(10, 0.0);
  CHECK(drawn(chart, 14, false).ends_with("all +\n"));
}

TEST_CASE("a chart of very many times needs few of them, and none of few is left out")
{
  const Instant from = at(2027, 1, 1);
  const Instant until = at(2027, 1, 8);
  Trigger trigger{.kind = TriggerKind::interval, .every = Duration{1}, .start = from};
  const auto each_us = charted_times(**compile(trigger, Zone{}, "id"), from, until);
  REQUIRE(each_us);
  CHECK(each_us->size() == 80'000);
  CHECK(each_us->front() == from);
  CHECK(until - each_us->back() < std::chrono::minutes{2});

  trigger.every = std::chrono::minutes{1};
  const auto each_minute = charted_times(**compile(trigger, Zone{}, "id"), from, until);
  REQUIRE(each_minute);
  CHECK(each_minute->size() == 7 * 24 * 60);
}

TEST_CASE("a label is cut, and cannot bring a terminal to act")
{
  const auto text = drawn({{}, {{std::string(100, 'x'), {}}, {"\x1B[2J", {}}}, false}, 40, true);
  CHECK(text.find(std::string(24, 'x')) == std::string::npos);
  CHECK(text.find('\x1B') == std::string::npos);
}

TEST_CASE("ticks are round local times that leave each other room")
{
  const auto berlin = Zone::load("Europe/Berlin");
  REQUIRE(berlin);
  const auto day = time_ticks(at(2027, 1, 1), at(2027, 1, 2), *berlin, 72);
  REQUIRE(day.size() == 8);
  CHECK(day.front().text == "03:00");
  CHECK(day.front().place == doctest::Approx(2 / 24.0));
  CHECK(day.back().text == "Sat 02");

  const auto year = time_ticks(at(2027, 1, 1), at(2028, 1, 1), Zone{}, 72);
  CHECK(year.size() <= 10);
  CHECK(year.front().text == "Fri 01");
  CHECK_FALSE(
      time_ticks(at(2027, 1, 1), at(2027, 1, 1) + std::chrono::seconds{5}, Zone{}, 72).empty());
}

}  // namespace
}  // namespace asyncz::cli
