// SPDX-License-Identifier: MIT
#include "task/fields.hpp"

#include "time/zone.hpp"

#include <doctest/doctest.h>

#include <string>

namespace asyncz {
namespace {

const Zone utc;
const FieldContext context{Instant{}, utc};

Task filled_task()
{
  Task task;
  task.id = "t";
  task.name = "name";
  task.argv = {"a", "b c"};
  task.trigger = {.kind = TriggerKind::cron, .expression = "0 3 * * *"};
  task.queue = "mail";
  task.priority = -3;
  task.coalesce = false;
  task.misfire_grace_time = std::chrono::seconds{5};
  task.max_instances = 7;
  task.overlap = Overlap::queue;
  task.jitter = std::chrono::seconds{1};
  task.after = {{"x", false, false}, {"y", true, false}};
  task.retries = 2;
  task.retry_delay = std::chrono::seconds{3};
  task.retry_backoff = 1.5;
  task.retry_max_delay = std::chrono::seconds{4};
  task.timeout = std::chrono::minutes{5};
  task.kill_grace = std::chrono::seconds{6};
  task.success_exit_codes = {0, 3};
  task.delivery = Delivery::at_most_once;
  task.cwd = "/tmp";
  task.umask = 027;
  task.env = {{"A", "1"}, {"B", ""}};
  task.env_captured = true;
  task.unset_env = {"C"};
  task.user = "nobody";
  task.nice = 5;
  task.rlimit = {{"cpu", 60}};
  task.stdin_data = "in";
  task.output = OutputMode::discard;
  task.output_limit = 100;
  task.on_success = "s";
  task.on_failure = "f";
  task.on_end = "e";
  task.tags = {"x"};
  task.paused = true;
  return task;
}

std::string problem(const ValueMap& map)
{
  Task task;
  const Status done = apply_value(task, map, context);
  return done ? "" : done.error().what;
}

TEST_CASE("a task survives the way through its fields")
{
  const Task task = filled_task();
  Task copy;
  const Status done = apply_value(copy, task_value(task, context, true), context);
  REQUIRE(done);
  CHECK(copy == task);
}

TEST_CASE("every field of a new task can be set to what it is")
{
  Task fresh;
  fresh.trigger = {.kind = TriggerKind::boot};
  for (const Field& field : task_fields()) {
    CAPTURE(field.name);
    const Value value = field.get(fresh, context);
    Task task = fresh;
    if (field.name == "command") continue;  // a new task has none
    CHECK(field.set(task, value, context));
    CHECK(task == fresh);
  }
}

TEST_CASE("null unsets, which means the default")
{
  for (const Field& field : task_fields()) {
    CAPTURE(field.name);
    if (field.name == "command" || field.name == "trigger" || field.name == "timezone") continue;
    Task task = filled_task();
    CHECK(field.set(task, Value{}, context));
    CHECK(field.get(task, context) == field.get(Task{}, context));
  }
}

TEST_CASE("secrets are masked, and what is masked is not taken back")
{
  const ValueMap shown = task_value(filled_task(), context, false);
  const Value document{shown};
  CHECK(*document.find("env")->find("A") == Value{ValueMap{{"masked", true}}});
  CHECK(*document.find("stdin") == Value{ValueMap{{"masked", true}}});
  CHECK(problem(shown) == "env is masked");
  CHECK(problem({{"stdin", ValueMap{{"masked", true}}}}) == "stdin is masked");
}

TEST_CASE("durations are texts with a twin in microseconds")
{
  const Value document{task_value(filled_task(), context, false)};
  CHECK(*document.find("timeout") == Value{"5m"});
  CHECK(*document.find("timeout_us") == Value{std::int64_t{300'000'000}});
  const Value fresh{task_value(Task{}, context, false)};
  CHECK(fresh.find("timeout_us")->is_null());
}

TEST_CASE("what shows beside the fields is passed over, anything else unknown is not")
{
  CHECK(problem({{"state", "due"}, {"next_run_time_us", 5}, {"timeout_us", 1}}).empty());
  CHECK(problem({{"retires", 1}}) == "unknown field retires");
  CHECK(problem({{"retries_us", 1}}) == "unknown field retries_us");
}

TEST_CASE("wrong values name their field")
{
  CHECK(problem({{"retries", "many"}}) == "retries: a whole number is expected");
  CHECK(problem({{"priority", std::int64_t{1} << 40}}) == "priority: a smaller number is expected");
  CHECK(problem({{"overlap", "stop"}}) == "overlap: skip, queue or replace is expected");
  CHECK(problem({{"timeout", 5}}) == "timeout: a duration such as \"90s\" is expected");
  CHECK(problem({{"umask", "99"}}) == "umask: an octal text such as \"0022\" is expected");
  CHECK(problem({{"umask", "77777777777777"}}) ==
        "umask: an octal text such as \"0022\" is expected");
  CHECK(problem({{"env", ValueMap{{"A", 1}}}}) == "env: A: a text is expected");
  CHECK(problem({{"command", 5}}).starts_with("command: "));
  CHECK_FALSE(problem({{"timezone", "Mars/Olympus"}}).empty());
}

TEST_CASE("times beside a zone are local to it")
{
  Task task;
  const Value document{
      ValueMap{{"trigger", ValueMap{{"at", "2027-01-01T00:00"}}}, {"timezone", "Europe/Berlin"}}};
  REQUIRE(apply_value(task, document, context));
  const std::chrono::sys_days new_year{std::chrono::year{2027} / 1 / 1};
  CHECK(task.trigger.at == new_year - std::chrono::hours{1});
}

TEST_CASE("options give values as text")
{
  const auto value = [](std::string_view name, std::string_view text) {
    return value_from_text(*find_field(name), text);
  };
  CHECK(value("timeout", "none")->is_null());
  CHECK(*value("retries", "-3") == Value{-3});
  CHECK(*value("retry_backoff", "1.5") == Value{1.5});
  CHECK(*value("success_exit_codes", "0,3") == Value{ValueList{0, 3}});
  CHECK(*value("tags", "a,b") == Value{ValueList{"a", "b"}});
  CHECK(*value("rlimit", "cpu=5,memory=1M") == Value{ValueMap{{"cpu", "5"}, {"memory", "1M"}}});
  CHECK_FALSE(value("retries", "3x"));
  CHECK_FALSE(value("retries", ""));
  CHECK_FALSE(value("rlimit", "cpu"));
}

}  // namespace
}  // namespace asyncz
