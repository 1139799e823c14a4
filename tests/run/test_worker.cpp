// SPDX-License-Identifier: MIT
#include "run/worker.hpp"

#include "base/task_id.hpp"
#include "tests/fakes/forwarding_store.hpp"
#include "tests/run/run_fixture.hpp"
#include "vault/kept_task.hpp"
#include "vault/waiters.hpp"

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/stat.h>

#include <string>
#include <thread>

using namespace asyncz;
using namespace std::chrono_literals;

namespace {

// One that the kernel gives no processes at first.
class ScarceSpawner final : public Spawner {
 public:
  ScarceSpawner(std::unique_ptr<Spawner> real, int refusals)
      : real_{std::move(real)}, refusals_{refusals}
  {
  }
  std::variant<Child, SpawnFailure> spawn(const ChildSpec& spec) override
  {
    if (refusals_-- > 0) return SpawnFailure{125, "cannot fork: none is left", true};
    return real_->spawn(spec);
  }

 private:
  std::unique_ptr<Spawner> real_;
  int refusals_;
};

// Its connection is cut after the first instance has been added, before it says so, and somebody
// runs that instance meanwhile.
class CutStore final : public fakes::ForwardingStore {
 public:
  CutStore(std::unique_ptr<Store> store, std::function<void(std::string_view)> run_elsewhere)
      : ForwardingStore{std::move(store)}, run_elsewhere_{std::move(run_elsewhere)}
  {
  }
  Status add_task(const Record& record) override
  {
    const auto added = ForwardingStore::add_task(record);
    if (was_cut_ || !parent_of_instance(record.id)) return added;
    was_cut_ = true;
    run_elsewhere_(record.id);
    return Error{ErrorKind::unavailable, "the connection was cut", {}};
  }

 private:
  std::function<void(std::string_view)> run_elsewhere_;
  bool was_cut_ = false;
};

}  // namespace

TEST_CASE_FIXTURE(WorkerFixture, "a due task is run, recorded and removed")
{
  add("hello", "echo hello; echo oops >&2");
  drain();
  CHECK(stored() == 0);
  const auto runs = history();
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].state == RunState::succeeded);
  CHECK(runs[0].output == "hello\noops\n");
  CHECK(runs[0].exit_status == 0);
  CHECK(runs[0].worker == "test-worker");
  CHECK(*read_log(*vault, runs[0].id()) == "hello\noops\n");
  CHECK(log.complaints.empty());
}

TEST_CASE_FIXTURE(WorkerFixture, "many tasks run once each, whatever their number")
{
  for (int i = 0; i < 60; ++i) add("task" + std::to_string(i), "echo x >>count");
  drain();
  CHECK(dir.read("count").size() == 2 * 60);
  CHECK(history().size() == 60);
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "higher priority goes first")
{
  options.concurrency = 1;
  for (const int priority : {-9, 0, 9, 5}) {
    add("p" + std::to_string(priority), "echo " + std::to_string(priority) + " >>order",
        [&](Task& task) { task.priority = priority; });
  }
  drain();
  CHECK(dir.read("order") == "9\n5\n0\n-9\n");
}

TEST_CASE_FIXTURE(WorkerFixture, "a failure says its status, a command that is nowhere is 127")
{
  add("fails", "exit 3");
  add("nowhere", "x", [](Task& task) {
    task.shell = false;
    task.argv = {"no-such-program"};
  });
  drain();
  for (const auto& run : history()) {
    CHECK(run.state == RunState::failed);
    CHECK(run.exit_status == (run.task == "fails" ? 3 : 127));
    CHECK(run.reason.empty() == (run.task == "fails"));
  }
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "what cannot be started for want of processes waits until it can")
{
  spawner = std::make_unique<ScarceSpawner>(std::move(spawner), 2);
  add("boot", "echo boot >>log", [](Task& task) { task.trigger = {.kind = TriggerKind::boot}; });
  add("careful", "echo careful >>log", [](Task& task) { task.delivery = Delivery::at_most_once; });
  add("often", "echo often >>log", [](Task& task) {
    task.trigger = {.kind = TriggerKind::interval, .every = 1h, .start = system_clock().now()};
  });
  drain();
  const auto text = dir.read("log");
  for (const std::string name : {"boot\n", "careful\n", "often\n"}) {
    CAPTURE(name);
    CHECK(text.find(name) != std::string::npos);
  }
  const auto runs = history();
  CHECK(runs.size() == 3);
  for (const auto& run : runs) {
    CHECK(run.state == RunState::succeeded);
    CHECK(run.attempt == 1);
  }
  REQUIRE(log.complaints.size() == 1);
  CHECK(log.complaints[0].find("cannot fork") != std::string::npos);
}

TEST_CASE_FIXTURE(WorkerFixture, "in the foreground it is an error, and the task stays")
{
  spawner = std::make_unique<ScarceSpawner>(std::move(spawner), 1);
  options.only = "plain";
  add("plain", "true", [](Task& task) { task.retries = 1; });
  drain();
  CHECK(history().at(0).exit_status == 125);
  CHECK(stored() == 1);
}

TEST_CASE_FIXTURE(WorkerFixture, "a failed run is tried again, each attempt in the history")
{
  options.drain = false;
  options.once = true;
  add("flaky", "exit 1", [](Task& task) {
    task.retries = 1;
    task.retry_delay = 0s;
  });
  drain();
  drain();
  const auto runs = history();
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].attempt == 2);
  CHECK(runs[1].attempt == 1);
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "a recurring task stays, planned for its next due time")
{
  Instant start;
  add("often", "echo x >>count", [&](Task& task) {
    start = system_clock().now();
    task.trigger = {.kind = TriggerKind::interval, .every = 1h, .start = start};
  });
  drain();
  CHECK(dir.read("count") == "x\n");
  CHECK(vault->get("often")->progress.moment == start + 1h);
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a run that outlasts its timeout is ended, also one that ignores SIGTERM")
{
  add("long", "exec sleep 100", [](Task& task) { task.timeout = 50ms; });
  add("stubborn", "trap '' TERM; while :; do sleep 0.01; done", [](Task& task) {
    task.timeout = 2s;  // by then it ignores it
    task.kill_grace = 50ms;
  });
  drain();
  for (const auto& run : history()) {
    CHECK(run.state == RunState::timed_out);
    CHECK(run.signal == (run.task == "long" ? SIGTERM : SIGKILL));
  }
}

TEST_CASE_FIXTURE(WorkerFixture, "output past its limit keeps its beginning and its last 4 KiB")
{
  add("loud", "echo first; yes | head -c 200000; echo last",
      [](Task& task) { task.output_limit = 20'000; });
  drain();
  const auto run = history().at(0);
  const auto log_text = *read_log(*vault, run.id());
  CHECK(log_text.size() < 21'000);
  CHECK(log_text.substr(0, 6) == "first\n");
  CHECK(log_text.find("bytes left out") != std::string::npos);
  CHECK(log_text.substr(log_text.size() - 7) == "y\nlast\n");
  CHECK(run.output.size() == kept_output);
}

TEST_CASE_FIXTURE(WorkerFixture, "nothing is left in the clear of a run that has ended")
{
  add("secret", "echo secret words");
  add("silent", "true");
  drain();
  std::size_t sealed = 0;
  for (const auto& entry : std::filesystem::directory_iterator{log_folder(*store)}) {
    CHECK(entry.path().extension() == ".sealed");
    ++sealed;
  }
  CHECK(sealed == 1);
}

TEST_CASE_FIXTURE(WorkerFixture, "a run finds the variables that name it, and no key")
{
  ::setenv("ASYNCZ_STORE_ENCRYPTION_KEY", "secret", 1);
  add("env", "env | grep ^ASYNCZ_ | sort; cat", [](Task& task) {
    task.stdin_data = "input\n";
    task.queue = "mail";
    task.unset_env = {"ASYNCZ_REQUIRE_ALL"};  // a check's own
  });
  drain();
  ::unsetenv("ASYNCZ_STORE_ENCRYPTION_KEY");
  const auto run = history().at(0);
  const auto fence = std::to_string(run.fence);
  CHECK(run.output == "ASYNCZ_ATTEMPT=1\nASYNCZ_FENCE=" + fence +
                          "\nASYNCZ_QUEUE=mail\nASYNCZ_RUN_ID=env." + fence +
                          "\nASYNCZ_SCHEDULED_TIME=" + rfc3339(run.scheduled, 0s) +
                          "\nASYNCZ_TASK_ID=env\ninput\n");
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a worker takes only from its queues, and no more of each than it may")
{
  options.queues = {{"a", 1}};
  options.concurrency = 4;
  for (int i = 0; i < 3; ++i) {
    add("a" + std::to_string(i), "echo start >>log; sleep 0.05; echo end >>log",
        [](Task& task) { task.queue = "a"; });
  }
  add("b", "echo b >>log", [](Task& task) { task.queue = "b"; });
  drain();
  CHECK(dir.read("log") == "start\nend\nstart\nend\nstart\nend\n");
  CHECK(stored() == 1);
}

TEST_CASE_FIXTURE(WorkerFixture, "a boot task runs once for this boot, a shutdown task at each end")
{
  add("boot", "echo boot >>log", [](Task& task) { task.trigger = {.kind = TriggerKind::boot}; });
  add("down", "echo down >>log",
      [](Task& task) { task.trigger = {.kind = TriggerKind::shutdown}; });
  drain();
  drain();
  CHECK(dir.read("log") == "boot\ndown\ndown\n");
  CHECK(stored() == 2);
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "nothing of a paused queue is run, boot and shutdown tasks included")
{
  REQUIRE(vault->pause_queue({"off", "somebody", system_clock().now()}));
  for (const auto kind : {TriggerKind::date, TriggerKind::boot, TriggerKind::shutdown}) {
    add("t" + std::to_string(static_cast<int>(kind)), "echo ran >>log", [&](Task& task) {
      if (kind != TriggerKind::date) task.trigger = {.kind = kind};
      task.queue = "off";
    });
  }
  drain();
  CHECK(dir.read("log").empty());
  CHECK(history().empty());
  CHECK(stored() == 3);
  REQUIRE(vault->resume_queue("off"));
  drain();
  CHECK(dir.read("log") == "ran\nran\nran\n");
}

TEST_CASE_FIXTURE(WorkerFixture, "instances of one task run beside each other")
{
  options.once = true;
  add("many", "echo $ASYNCZ_TASK_ID >>log", [](Task& task) {
    task.trigger = {.kind = TriggerKind::interval, .every = 1h, .start = system_clock().now()};
    task.max_instances = 2;
  });
  drain();
  options.once = false;
  drain();
  CHECK(dir.read("log") == "many\n");
  CHECK(stored() == 1);
  CHECK(history().at(0).task == "many");
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "an instance that was added unheard and has run is not added again")
{
  const auto run_elsewhere = [&](std::string_view id) {
    auto reserved = vault->reserve(id, {.now = system_clock().now()});
    REQUIRE(reserved);
    auto run = run_of(reserved->stored, {*reserved->stored.progress.due, 1});
    run.state = RunState::succeeded;
    run.start = run.end = system_clock().now();
    REQUIRE(vault->record_run(run));
    const Outcome outcome{&*reserved, {}};
    REQUIRE(vault->settle({&outcome, 1}).front());
  };
  use(std::make_unique<CutStore>(std::move(store), run_elsewhere));
  add("many", "echo ran >>log", [](Task& task) {
    task.trigger = {.kind = TriggerKind::interval, .every = 1h, .start = system_clock().now()};
    task.max_instances = 2;
  });
  drain();
  CHECK(history().size() == 1);
  CHECK(stored() == 1);
}

TEST_CASE_FIXTURE(WorkerFixture, "a second worker of the same name is refused")
{
  auto second = stores::open_store({.url = "file://" + dir.file("store")});
  REQUIRE(second);
  Vault other{**second, keys, system_clock(), {}};
  REQUIRE(other.unlock(true));
  WorkerInfo info;
  info.name = options.name;
  REQUIRE(other.announce(info, system_clock().now() + 1min));
  Worker worker{*vault, *spawner, system_clock(), options, log};
  CHECK(worker.run().error().kind == ErrorKind::conflict);
}

TEST_CASE_FIXTURE(WorkerFixture, "what runs print is shown line by line when asked for")
{
  options.show_output = true;
  add("talks", "echo one; printf two");
  drain();
  CHECK(log.shown == history().at(0).id() + ": one\ntwo");
}

TEST_CASE_FIXTURE(WorkerFixture, "a run may cut its output short while that is shown")
{
  options.show_output = true;
  add("cuts",
      "echo a long line; while [ ! -e go ]; do sleep 0.01; done; : >/dev/stdout; echo then");
  log.on_output = [&] { dir.write("go", ""); };
  drain();
  const auto run = history().at(0).id();
  CHECK(log.shown == run + ": a long line\n" + run + ": then\n");
}

TEST_CASE_FIXTURE(WorkerFixture, "a run is ended when it is cancelled, and not tried again")
{
  add("endless", "echo started >>log; exec sleep 100", [](Task& task) { task.retries = 5; });
  const std::jthread canceller{[&] {
    auto second = stores::open_store({.url = "file://" + dir.file("store")});
    Vault other{**second, keys, system_clock(), {}};
    REQUIRE(other.unlock(false));
    while (dir.read("log").empty()) std::this_thread::yield();
    REQUIRE(other.update("endless", [](StoredTask& task) {
      task.progress.cancel_fence = task.fence;
      return Status{};
    }));
  }};
  drain();
  CHECK(history().at(0).state == RunState::cancelled);
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "what somebody changes while a task runs is not overwritten")
{
  add("edited", "echo started >>log; while [ ! -e go ]; do sleep 0.01; done", [](Task& task) {
    task.trigger = {.kind = TriggerKind::interval, .every = 1h, .start = system_clock().now()};
  });
  const std::jthread editor{[&] {
    auto second = stores::open_store({.url = "file://" + dir.file("store")});
    Vault other{**second, keys, system_clock(), {}};
    REQUIRE(other.unlock(false));
    while (dir.read("log").empty()) std::this_thread::yield();
    REQUIRE(other.update("edited", [](StoredTask& task) {
      task.task.name = "another name";
      return Status{};
    }));
    dir.write("go", "");
  }};
  drain();
  const auto after = vault->get("edited");
  REQUIRE(after);
  CHECK(after->task.name == "another name");
  CHECK(after->progress.last_run->state == RunState::succeeded);
  CHECK(after->progress.moment > system_clock().now() + 30min);
}

TEST_CASE_FIXTURE(
    WorkerFixture,
    "the same holds on a store that works by leases, also of a run longer than its lease")
{
  open("memory:");
  options.lease = 2s;
  add("long", "while [ ! -e go ]; do sleep 0.01; done; echo done >>log");
  const auto moment = [&] {
    const auto record = store->lookup_task("long");
    return record ? record->moment : never;
  };
  const auto due = moment();
  const std::jthread onlooker{[&] {
    while (moment() == due) std::this_thread::yield();
    const auto first_end = moment();
    while (moment() < first_end + options.lease) std::this_thread::yield();
    dir.write("go", "");
  }};
  drain();
  CHECK(dir.read("log") == "done\n");
  CHECK(history().size() == 1);
  CHECK(history().at(0).state == RunState::succeeded);
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "a run is ended when its next due time has come, if it says so")
{
  options.drain = false;
  add("slow", "echo start >>log; [ $(wc -l <log) -ge 3 ] && echo x >done; exec sleep 1000",
      [](Task& task) {
        task.trigger = {
            .kind = TriggerKind::interval, .every = 500ms, .start = system_clock().now()};
        task.overlap = Overlap::replace;
      });
  const auto pid = ::getpid();
  const std::jthread stopper{[&] {
    while (dir.read("done").empty()) std::this_thread::yield();
    ::kill(pid, SIGTERM);
    ::kill(pid, SIGINT);
  }};
  drain();
  auto runs = history();
  std::erase_if(runs, [](const Run& run) { return run.state != RunState::cancelled; });
  REQUIRE(runs.size() >= 2);
  CHECK(runs[0].reason == "its next due time has come");
  CHECK(runs[0].signal == SIGTERM);
}

TEST_CASE_FIXTURE(WorkerFixture, "of several instances the oldest is ended for the next due time")
{
  options.drain = false;
  add("slow",
      "echo $ASYNCZ_SCHEDULED_TIME >>log; [ $(wc -l <log) -ge 4 ] && echo x >done; exec sleep 1000",
      [](Task& task) {
        task.trigger = {
            .kind = TriggerKind::interval, .every = 500ms, .start = system_clock().now()};
        task.overlap = Overlap::replace;
        task.max_instances = 2;
      });
  options.concurrency = 4;
  const auto pid = ::getpid();
  const std::jthread stopper{[&] {
    while (dir.read("done").empty()) std::this_thread::yield();
    ::kill(pid, SIGTERM);
    ::kill(pid, SIGINT);
  }};
  drain();
  auto runs = history();
  std::erase_if(runs, [](const Run& run) { return run.state != RunState::cancelled; });
  REQUIRE(runs.size() >= 2);
  CHECK(runs.back().scheduled < runs.front().scheduled);
}

TEST_CASE_FIXTURE(WorkerFixture, "a one-shot that did not succeed can be added again")
{
  add("fails", "exit 3", [](Task& task) { task.tags = {"keep"}; });
  add("good", "true");
  drain();
  for (const auto& run : history()) {
    const auto again = task_kept_by(run, system_clock().now());
    if (run.task == "good") {
      CHECK(again.error().kind == ErrorKind::not_found);
    } else {
      REQUIRE(again);
      CHECK(again->task.id == "fails");
      CHECK(again->task.argv == std::vector<std::string>{"exit 3"});
      CHECK(again->task.tags == std::vector<std::string>{"keep"});
    }
  }
}

TEST_CASE_FIXTURE(WorkerFixture, "who waits for another runs after it, or never")
{
  add("good", "echo good >>log");
  add("bad", "echo bad >>log; exit 1");
  const auto follow = [&](const std::string& id, std::vector<Dependency> after) {
    StoredTask waiter;
    waiter.task.id = id;
    waiter.task.shell = true;
    waiter.task.argv = {"echo " + id + " >>log"};
    waiter.task.cwd = dir.path();
    waiter.task.trigger = {.kind = TriggerKind::date, .at = system_clock().now()};
    waiter.task.after = std::move(after);
    REQUIRE(join_parents(*vault, waiter, system_clock().now(), [] { return 0.0; }));
    REQUIRE(vault->add({&waiter, 1}).front());
    REQUIRE(*settle_waiter(*vault, id, system_clock().now(), [] { return 0.0; }));
  };
  follow("after-good", {{"good"}, {"bad", true}});
  follow("after-bad", {{"bad"}});
  follow("after-that", {{"after-bad"}});
  follow("anyhow", {{"after-bad", true}});
  drain();
  CHECK(dir.read("log").find("good\n") < dir.read("log").find("after-good\n"));
  CHECK(dir.read("log").find("anyhow\n") != std::string::npos);
  std::map<std::string, RunState> states;
  for (const auto& run : history()) states[run.task] = run.state;
  CHECK(states["after-good"] == RunState::succeeded);
  CHECK(states["after-bad"] == RunState::cancelled);
  CHECK(states["after-that"] == RunState::cancelled);
  CHECK(states["anyhow"] == RunState::succeeded);
  CHECK(stored() == 0);
}
