// SPDX-License-Identifier: MIT
#include "tests/run/run_fixture.hpp"

#include <doctest/doctest.h>

#include <signal.h>

#include <map>
#include <string>
#include <thread>

using namespace asyncz;
using namespace std::chrono_literals;

namespace {

// Waits for a file that a task makes.
void await(const fakes::TempDir& dir, const std::string& name)
{
  while (dir.read(name).empty()) std::this_thread::yield();
}

// A task every hour whose run of 90 minutes ago failed on another worker, and was to be tried
// again.
void add_with_late_retry(WorkerFixture& fixture, const std::string& on_failure)
{
  const auto now = system_clock().now();
  const auto began = now - 90min;
  const auto no_chance = [] { return 0.0; };
  StoredTask stored;
  stored.task.id = stored.task.name = "task";
  stored.task.argv = {"echo run $ASYNCZ_ATTEMPT >>log"};
  stored.task.shell = true;
  stored.task.cwd = fixture.dir.path();
  stored.task.trigger = {.kind = TriggerKind::interval, .every = 1h, .start = began};
  stored.task.retries = 3;
  stored.task.on_failure = on_failure;
  stored.progress.created = began;
  REQUIRE(plan(stored, began, no_chance));
  REQUIRE(fixture.vault->add({&stored, 1}).front());
  {
    Demand demand;
    demand.now = now;
    auto reserved = fixture.vault->reserve("task", demand);
    REQUIRE(reserved);
    auto run = run_of(reserved->stored, {began, 1});
    run.state = RunState::failed;
    run.exit_status = 3;
    run.start = run.end = began;
    run.output = "the end of its output\n";
    run.worker = "another";
    REQUIRE(fixture.vault->record_run(run));
    const auto ending = finish(reserved->stored, run, began, no_chance);
    REQUIRE(ending);
    REQUIRE(ending->stored->progress.attempt == 2);
    const Outcome outcome{&*reserved, ending->stored};
    REQUIRE(fixture.vault->settle({&outcome, 1}).front());
  }
}

}  // namespace

TEST_CASE_FIXTURE(WorkerFixture, "hooks run in order after the run, with its output and its story")
{
  add("good", "echo out; echo err >&2", [](Task& task) {
    task.on_success =
        "cat >>log; env | grep -E '^ASYNCZ_(STATE|EXIT_STATUS|SIGNAL|TASK_ID)=' | sort >>log";
    task.on_failure = "echo never >>log";
    task.on_end = "echo end $ASYNCZ_START_TIME $ASYNCZ_END_TIME >>log";
  });
  drain();
  const auto run = history().at(0);
  CHECK(dir.read("log") ==
        "out\nerr\nASYNCZ_EXIT_STATUS=0\nASYNCZ_SIGNAL=\nASYNCZ_STATE=succeeded\nASYNCZ_TASK_ID="
        "good\n"
        "end " +
            rfc3339(*run.start, 0s) + " " + rfc3339(*run.end, 0s) + "\n");
  CHECK(history().size() == 1);
  CHECK(run.reason.empty());
  CHECK(run.output == "out\nerr\n");
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "the hooks of a failure wait for the last attempt")
{
  options.drain = false;
  options.once = true;
  add("flaky", "echo try >>log; kill -TERM $$", [](Task& task) {
    task.retries = 1;
    task.retry_delay = 0s;
    task.on_failure = "echo $ASYNCZ_STATE $ASYNCZ_SIGNAL $ASYNCZ_ATTEMPT >>log";
  });
  drain();
  CHECK(dir.read("log") == "try\n");
  drain();
  CHECK(dir.read("log") == "try\ntry\nfailed SIGTERM 2\n");
}

TEST_CASE_FIXTURE(WorkerFixture, "a hook that fails is noted in the record of the run")
{
  add("task", "true", [](Task& task) {
    task.on_success = "echo some words; echo last words >&2; exit 3";
    task.on_end = "echo end >>log";
  });
  drain();
  const auto runs = history();
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].state == RunState::succeeded);
  CHECK(runs[0].reason == "on_success failed: exit status 3 (last words)");
  CHECK(dir.read("log") == "end\n");
}

TEST_CASE_FIXTURE(WorkerFixture, "a hook that does not end is ended")
{
  options.hook_time = 50ms;
  add("task", "true", [](Task& task) { task.on_end = "exec sleep 1000"; });
  drain();
  CHECK(history().at(0).reason == "on_end failed: longer than 50ms");
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "a hook takes no slot from runs")
{
  options.concurrency = 1;
  add("first", "true", [](Task& task) {
    task.priority = 1;
    task.on_end = "while [ ! -e second ]; do sleep 0.01; done; echo hook >>log";
  });
  add("second", "echo run >>log; echo x >second");
  drain();
  CHECK(dir.read("log") == "run\nhook\n");
}

TEST_CASE_FIXTURE(WorkerFixture, "a failure to start has its hooks, wherever they can run")
{
  const auto file = dir.file("log");
  add("lost", "true", [&](Task& task) {
    task.cwd = "/nowhere";
    task.on_failure = "echo $ASYNCZ_EXIT_STATUS in $PWD >" + file;
  });
  drain();
  CHECK(dir.read("log") == "125 in /\n");
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "what a worker left behind after the end of a run are its hooks, not the run")
{
  add("task", "echo run >>log", [](Task& task) {
    task.retries = 3;
    task.on_failure = "cat >>log";
  });
  {
    Demand demand;
    demand.now = system_clock().now();
    auto reserved = vault->reserve("task", demand);
    REQUIRE(reserved);
    auto run = run_of(reserved->stored, {demand.now, 4});
    run.state = RunState::failed;
    run.start = run.end = demand.now;
    run.output = "the end of its output\n";
    run.worker = "another";
    REQUIRE(vault->record_run(run));
  }
  drain();
  CHECK(dir.read("log") == "the end of its output\n");
  REQUIRE(history().size() == 1);
  CHECK(history()[0].worker == "another");
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "a worker that is told twice to stop leaves the hooks to the next")
{
  options.drain = false;
  add("task", "echo run >>log", [](Task& task) {
    task.on_end = "echo hook >>log; [ -e stopped ] || { echo x >begun; exec sleep 1000; }";
  });
  const auto pid = ::getpid();
  const std::jthread stopper{[&] {
    await(dir, "begun");
    ::kill(pid, SIGTERM);
    ::kill(pid, SIGINT);
  }};
  drain();
  CHECK(dir.read("log") == "run\nhook\n");
  CHECK(stored() == 1);
  dir.write("stopped", "x");
  open("file://" + dir.file("store"));
  options.drain = true;
  drain();
  CHECK(dir.read("log") == "run\nhook\nhook\n");
  CHECK(history().size() == 1);
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "a run that is lost for good has its hooks")
{
  add("once", "echo run >>log", [](Task& task) {
    task.delivery = Delivery::at_most_once;
    task.on_failure = "echo $ASYNCZ_STATE >>log";
  });
  {
    Demand demand;
    demand.now = system_clock().now();
    REQUIRE(vault->reserve("once", demand));
  }
  drain();
  CHECK(dir.read("log") == "lost\n");
}

TEST_CASE_FIXTURE(WorkerFixture, "a run in the foreground has its hooks, too")
{
  add("task", "exit 3", [](Task& task) {
    task.on_failure = "echo $ASYNCZ_STATE $ASYNCZ_EXIT_STATUS >>log; exit 1";
    task.on_end = "echo end >>log";
  });
  options.once = true;
  options.only = "task";
  drain();
  CHECK(dir.read("log") == "failed 3\nend\n");
  CHECK(history().at(0).reason == "on_failure failed: exit status 1");
}

TEST_CASE_FIXTURE(WorkerFixture, "a run whose retry came too late has its hooks, once")
{
  add_with_late_retry(*this, "{ cat; echo $ASYNCZ_EXIT_STATUS $ASYNCZ_ATTEMPT; } >>log; exit 1");
  options.drain = false;
  options.once = true;
  drain();
  CHECK(dir.read("log") == "the end of its output\n3 1\nrun 1\n");
  const auto runs = history();
  REQUIRE(runs.size() == 2);
  const auto& failed = runs[0].state == RunState::failed ? runs[0] : runs[1];
  CHECK(failed.worker == "another");
  CHECK(failed.exit_status == 3);
  CHECK(failed.reason == "on_failure failed: exit status 1");
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "such hooks that a worker left behind are run again, and no run is")
{
  add_with_late_retry(*this,
                      "echo hook >>log; [ -e stopped ] || { echo x >begun; exec sleep 1000; }");
  options.drain = false;
  const auto pid = ::getpid();
  const std::jthread stopper{[&] {
    await(dir, "begun");
    ::kill(pid, SIGTERM);
    ::kill(pid, SIGINT);
  }};
  drain();
  CHECK(dir.read("log") == "hook\n");
  dir.write("stopped", "x");
  open("file://" + dir.file("store"));
  options.once = true;
  drain();
  CHECK(dir.read("log") == "hook\nhook\nrun 1\n");
  std::map<RunState, int> states;
  for (const auto& run : history()) ++states[run.state];
  CHECK(states == std::map<RunState, int>{{RunState::succeeded, 1}, {RunState::failed, 1}});
}
