// SPDX-License-Identifier: MIT
#include "schedule/anchor.hpp"

#include <doctest/doctest.h>

namespace asyncz {
namespace {

using namespace std::chrono_literals;

constexpr Instant first{1'000'000s};
constexpr Instant second{2'000'000s};
constexpr Instant later{9'000'000s};

Trigger read_at(const Value& value, Instant now)
{
  const Zone utc;
  const auto trigger = trigger_from_value(value, now, utc);
  REQUIRE(trigger);
  return *trigger;
}

// What becomes of a declaration that was read first, and is read a second time.
Trigger read_again(const Value& before, const Value& now)
{
  return anchored(read_at(now, second), read_at(now, later), read_at(before, first));
}

TEST_CASE("what depends on when it is read is decided at the first reading")
{
  for (const ValueMap& map :
       {ValueMap{{"every", "5m"}}, ValueMap{{"in", "5m"}}, ValueMap{{"at", "14:30"}},
        ValueMap{{"at", "mon 09:00"}}, ValueMap{{"cron", "0 * * * *"}, {"start", "tomorrow"}},
        ValueMap{{"any", ValueList{ValueMap{{"every", "1h"}}, ValueMap{{"cron", "0 9 * * *"}}}}}}) {
    CHECK(read_again(map, map) == read_at(map, first));
  }
}

TEST_CASE("what is declared otherwise counts from now")
{
  CHECK(read_again(ValueMap{{"every", "5m"}}, ValueMap{{"every", "6m"}}).start == second + 6min);
  CHECK(read_again(ValueMap{{"every", "5m"}}, ValueMap{{"in", "6m"}}).at == second + 6min);
}

TEST_CASE("a time that stands in the declaration is taken from it")
{
  const auto trigger = read_again(ValueMap{{"every", "5m"}, {"start", "2027-01-01T00:00:00Z"}},
                                  ValueMap{{"every", "5m"}, {"start", "2027-01-02T00:00:00Z"}});
  CHECK(trigger.start == Instant{std::chrono::sys_days{std::chrono::year{2027} / 1 / 2}});
  CHECK(read_again(ValueMap{{"at", "2027-01-01"}}, ValueMap{{"at", "2027-01-02"}}).at >
        read_at(ValueMap{{"at", "2027-01-01"}}, first).at);
}

}  // namespace
}  // namespace asyncz
