// SPDX-License-Identifier: MIT
#include "task/task.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

using namespace asyncz;

namespace {

Task good_task()
{
  Task task;
  task.id = "good";
  task.name = "true";
  task.argv = {"true"};
  return task;
}

// What validate() says of a good task after this change.
std::string refusal(const std::function<void(Task&)>& change)
{
  auto task = good_task();
  change(task);
  const auto status = validate(task);
  if (status) return {};
  CHECK(status.error().kind == ErrorKind::usage);
  return status.error().what;
}

}  // namespace

TEST_CASE("a task with nothing but a command is valid") { CHECK(validate(good_task())); }

TEST_CASE("what the types cannot keep out is refused by name")
{
  CHECK(refusal([](Task& t) { t.argv.clear(); }) == "the task has no command");
  CHECK(refusal([](Task& t) {
          t.argv = {std::string{"a\0b", 3}};
        }).find("NUL") != std::string::npos);
  CHECK(refusal([](Task& t) { t.priority = 10; }) == "priority is 10, not one of -9 to 9");
  CHECK(refusal([](Task& t) { t.max_instances = 0; }).find("max_instances") == 0);
  CHECK(refusal([](Task& t) { t.retries = -1; }).find("retries") == 0);
  CHECK(refusal([](Task& t) { t.retry_backoff = 0.5; }).find("retry_backoff") == 0);
  CHECK(refusal([](Task& t) { t.jitter = Duration{-1}; }).find("jitter") == 0);
  CHECK(refusal([](Task& t) { t.timeout = Duration{0}; }).find("timeout") == 0);
  CHECK(refusal([](Task& t) { t.success_exit_codes = {256}; }).find("success_exit_codes") == 0);
  CHECK(refusal([](Task& t) { t.cwd = "relative"; }).find("cwd") == 0);
  CHECK(refusal([](Task& t) { t.env["A=B"] = "c"; }).find("env") == 0);
  CHECK(refusal([](Task& t) { t.stdin_data.assign(largest_stdin + 1, 'x'); }).find("stdin") == 0);
  CHECK(refusal([](Task& t) { t.rlimit = {{"nofiles", 5}}; }).find("rlimit") == 0);
  CHECK(refusal([](Task& t) { t.queue = "a/b"; }) != "");
  CHECK(refusal([](Task& t) { t.id = "../x"; }) != "");
  CHECK(refusal([](Task& t) { t.timezone = "Mars/Olympus"; }).find("timezone") == 0);
  CHECK(refusal([](Task& t) {
          t.trigger = {.kind = TriggerKind::cron, .expression = "61 * * * *"};
        }) != "");
}

TEST_CASE("a task waits for others, each once, and never for itself")
{
  CHECK(refusal([](Task& t) { t.after = {{"one"}, {"two", true}}; }) == "");
  CHECK(refusal([](Task& t) {
          t.after = {{"one"}, {"one", true}};
        }).find("twice") != std::string::npos);
  CHECK(refusal([](Task& t) { t.after = {{t.id}}; }).find("itself") != std::string::npos);
  CHECK(refusal([](Task& t) { t.after = {{"../x"}}; }).find("after") == 0);
}
