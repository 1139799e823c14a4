// SPDX-License-Identifier: MIT
#include "cli/tasks/schedule_options.hpp"

#include "cli/declarations.hpp"
#include "time/zone.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

using namespace std::chrono_literals;

constexpr Instant now = std::chrono::sys_days{std::chrono::year{2027} / 1 / 1};

// The schedule that these options give: each with its value, or none for a flag.
Result<GivenSchedule> read(const std::vector<std::pair<std::string, std::string>>& given)
{
  ScheduleOptions schedule;
  Declarations declared;
  schedule.declare(declared);
  for (const auto& [name, value] : given) {
    const OptionRow* row = declared.find(name);
    REQUIRE(row != nullptr);
    if (auto* const* flag = std::get_if<bool*>(&row->into)) **flag = true;
    if (auto* const* one = std::get_if<std::optional<std::string>*>(&row->into)) **one = value;
    if (auto* const* many = std::get_if<std::vector<std::string>*>(&row->into)) {
      (*many)->push_back(value);
    }
  }
  return schedule.read(now, Zone{});
}

TEST_CASE("without any option it is now, once")
{
  const auto given = read({});
  REQUIRE(given);
  CHECK(given->trigger.kind == TriggerKind::date);
  CHECK(given->trigger.at == now);
}

TEST_CASE("each option has its trigger")
{
  CHECK(read({{"--in", "5m"}})->trigger.at == now + 5min);
  CHECK(read({{"--at", "2027-01-02T00:00"}})->trigger.at == now + 24h);
  CHECK(read({{"--every", "90s"}})->trigger.start == now + 90s);
  CHECK(read({{"--every", "90s"}, {"--start", "2027-01-02"}})->trigger.start == now + 24h);
  CHECK(read({{"--cron", "0 3 * * *"}})->trigger.expression == "0 3 * * *");
  CHECK(read({{"--cron", "@reboot"}})->trigger.kind == TriggerKind::boot);
  CHECK(read({{"--on-boot", ""}})->trigger.kind == TriggerKind::boot);
  CHECK(read({{"--on-shutdown", ""}})->trigger.kind == TriggerKind::shutdown);
  CHECK(read({{"--trigger", R"({"every": "5m"})"}})->trigger.every == 5min);
}

TEST_CASE("several options are any of them, or all")
{
  const auto any = read({{"--cron", "0 3 * * *"}, {"--every", "1h"}});
  REQUIRE(any);
  CHECK(any->trigger.kind == TriggerKind::any);
  REQUIRE(any->trigger.children.size() == 2);
  const auto all = read({{"--cron", "0 3 * * *"}, {"--cron", "0 * * * fri"}, {"--match", "all"}});
  REQUIRE(all);
  CHECK(all->trigger.kind == TriggerKind::all);
}

TEST_CASE("an interval among others counts from the common start, else from one interval on")
{
  const auto started = read({{"--every", "1h"}, {"--on-boot", ""}, {"--start", "2027-01-02"}});
  REQUIRE(started);
  CHECK(started->trigger.start == now + 24h);
  CHECK(started->trigger.children.front().start == now + 24h);
  const auto unstarted = read({{"--every", "1h"}, {"--on-boot", ""}});
  REQUIRE(unstarted);
  CHECK(unstarted->trigger.children.front().start == now + 1h);
}

TEST_CASE("rules for changes of clocks reach every cron schedule")
{
  const auto given = read({{"--cron", "0 3 * * *"},
                           {"--cron", "0 4 * * *"},
                           {"--dst-gap", "skip"},
                           {"--dst-fold", "both"}});
  REQUIRE(given);
  for (const Trigger& child : given->trigger.children) {
    CHECK(child.dst_gap == DstGap::skip);
    CHECK(child.dst_fold == DstFold::both);
  }
}

TEST_CASE("what cannot be read is refused by the option's name")
{
  CHECK(read({{"--in", "5x"}}).error().what.starts_with("--in: "));
  CHECK(read({{"--every", "1 month"}}).error().what.starts_with("--every: "));
  CHECK(read({{"--at", "2001-01-01"}}).error().kind == ErrorKind::usage);
  CHECK(read({{"--trigger", "{"}}).error().what.starts_with("--trigger: line 1"));
  CHECK(read({{"--start", "never"}}).error().what.starts_with("--start: "));
}

}  // namespace
}  // namespace asyncz::cli
