// SPDX-License-Identifier: MIT
#include "config/declared_task.hpp"

#include <doctest/doctest.h>

namespace asyncz {
namespace {

constexpr Instant now{std::chrono::seconds{1'800'000'000}};

DeclaredTasks read(std::string_view text, const Task& base = {})
{
  auto read = read_declared_tasks(text, "f", base, now);
  REQUIRE(read);
  return std::move(*read);
}

TEST_CASE("each table is a task, in the order of the file, over what the base has")
{
  Task base;
  base.retries = 7;
  base.timezone = "Europe/Berlin";
  const auto declared = read(
      "[tasks.b]\ncommand = [\"x\", \"y\"]\ntrigger.at = \"2027-07-01 09:00\"\n"
      "[tasks.a]\ncommand = \"x\"\nretries = 1\n",
      base);
  REQUIRE(declared.problems.empty());
  REQUIRE(declared.tasks.size() == 2);
  const auto& [task, later, named, place] = declared.tasks[0];
  CHECK(task.id == "b");
  CHECK(task.retries == 7);
  CHECK(rfc3339(task.trigger.at, {}) == "2027-07-01T07:00:00+00:00");
  CHECK(later == task.trigger);
  CHECK(named == std::set<std::string>{"command", "trigger"});
  CHECK(place == "f:1");
  CHECK(declared.tasks[1].task.retries == 1);
  CHECK(declared.tasks[1].later != declared.tasks[1].task.trigger);
}

TEST_CASE("a time is local to the zone of its task, wherever that stands")
{
  const auto declared = read(
      "[tasks.a]\ncommand = \"x\"\ntrigger.at = \"2027-07-01 09:00\"\ntimezone = \"Asia/Tokyo\"\n");
  REQUIRE(declared.tasks.size() == 1);
  CHECK(rfc3339(declared.tasks[0].task.trigger.at, {}) == "2027-07-01T00:00:00+00:00");
}

TEST_CASE("every place that is no task is named")
{
  const auto declared = read(
      "[tasks.a]\ncommand = 3\nretrys = 1\n[tasks.b]\n[tasks]\nc = 1\n[tasks.'.d']\ncommand = "
      "\"x\"\n"
      "[tasks.e]\ncommand = \"x\"\ntimezone = \"Europe/Berln\"\n[other]\n");
  CHECK(declared.tasks.empty());
  std::vector<std::string> places;
  for (const auto& problem : declared.problems) {
    CHECK(problem.kind == ErrorKind::usage);
    places.push_back(problem.what.substr(0, problem.what.find(": ")));
  }
  CHECK(places == std::vector<std::string>{"f:2", "f:3", "f:4", "f:6", "f:7", "f:11", "f:12"});
}

TEST_CASE("the table of a task gives it back")
{
  Task task;
  task.id = "a.b";
  task.name = "x";
  task.argv = {"x", "y \" z"};
  task.trigger = {.kind = TriggerKind::cron, .expression = "30 2 * * *", .dst_gap = DstGap::skip};
  task.timezone = "Europe/Berlin";
  task.env = {{"A", "b\nc"}};
  task.stdin_data = "in";
  task.tags = {"one", "two"};
  const auto zone = Zone::load(task.timezone);
  REQUIRE(zone);
  const auto back = read(task_toml(task, {now, *zone}, true));
  REQUIRE(back.problems.empty());
  REQUIRE(back.tasks.size() == 1);
  CHECK(back.tasks[0].task == task);

  const auto masked = read(task_toml(task, {now, *zone}, false));
  CHECK(masked.tasks.empty());
}

}  // namespace
}  // namespace asyncz
