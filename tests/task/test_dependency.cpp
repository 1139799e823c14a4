// SPDX-License-Identifier: MIT
#include "task/dependency.hpp"

#include "task/hook.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace asyncz;

TEST_CASE("a condition is struck out by the end that it demands, and only once")
{
  Task task;
  task.after = {{"one"}, {"two", true}};
  CHECK(waits(task));
  CHECK(strike_out(task, "three", true) == Condition::unchanged);
  CHECK(strike_out(task, "one", false) == Condition::impossible);
  CHECK(waits(task));
  CHECK(strike_out(task, "two", false) == Condition::met);
  CHECK(strike_out(task, "two", false) == Condition::unchanged);
  CHECK(waits(task));
  CHECK(strike_out(task, "one", true) == Condition::met);
  CHECK_FALSE(waits(task));
}

TEST_CASE("which hooks follow an end")
{
  Task task;
  CHECK_FALSE(has_hooks(task));
  task.on_success = "s";
  task.on_failure = "f";
  task.on_end = "e";
  const auto names = [&](RunState state) {
    Run run;
    run.state = state;
    std::string text;
    for (const auto& hook : hooks_of(task, run)) text += hook.command;
    return text;
  };
  CHECK(names(RunState::succeeded) == "se");
  CHECK(names(RunState::failed) == "fe");
  CHECK(names(RunState::timed_out) == "fe");
  CHECK(names(RunState::lost) == "fe");
  CHECK(names(RunState::cancelled) == "e");
  CHECK(names(RunState::missed).empty());
  CHECK(names(RunState::skipped).empty());
}
