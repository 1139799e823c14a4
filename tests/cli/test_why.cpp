// SPDX-License-Identifier: MIT
#include "cli/runs/why.hpp"

#include "vault/scene.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace asyncz::cli {
namespace {

using fakes::Scene;
using std::chrono::hours;
using std::chrono::minutes;

// A task that is due at each full hour; the clock stands at its first.
struct Hourly {
  std::unique_ptr<Scene> scene = Scene::unlocked();
  Instant first = std::chrono::ceil<hours>(scene->clock.now());
  StoredTask task = scene->task("a");

  Hourly()
  {
    task.task.trigger = {.kind = TriggerKind::interval, .every = hours{1}, .start = first};
    task.progress.created = first - hours{1};
    task.progress.due = task.progress.moment = first + hours{10};
    task = scene->add(task);
  }

  void record(RunState state, Instant due, std::uint64_t fence,
              std::optional<Run::Stretch> stretch = {})
  {
    Run run;
    run.task = "a";
    run.fence = fence;
    run.state = state;
    run.scheduled = due;
    run.stretch = stretch;
    if (!stretch) run.start = run.end = due;
    REQUIRE(scene->vault.record_run(run));
  }

  std::vector<std::string> codes(std::optional<Instant> at, Instant now)
  {
    const Question question{"a", task, Zone{}, now};
    const auto reasons =
        at ? reasons_at(scene->vault, question, *at) : reasons_now(scene->vault, question);
    REQUIRE(reasons);
    std::vector<std::string> codes;
    for (const Reason& reason : *reasons) codes.push_back(reason.code);
    return codes;
  }
};

using Codes = std::vector<std::string>;

TEST_CASE("what is recorded of a due time is the answer")
{
  Hourly hourly;
  const auto now = hourly.first + hours{9};
  hourly.record(RunState::failed, hourly.first, 7);
  hourly.record(RunState::succeeded, hourly.first, 8);
  hourly.record(RunState::missed, hourly.first + hours{1}, 9,
                Run::Stretch{hourly.first + hours{1}, hourly.first + hours{3}, 3});
  CHECK(hourly.codes(hourly.first, now) == Codes{"failed", "succeeded"});
  CHECK(hourly.codes(hourly.first + hours{2}, now) == Codes{"missed"});
}

TEST_CASE("a due time that became one with a later one is named with it")
{
  Hourly hourly;
  hourly.record(RunState::succeeded, hourly.first + hours{5}, 7);
  CHECK(hourly.codes(hourly.first + hours{4}, hourly.first + hours{9}) == Codes{"coalesced"});
  hourly.task.task.coalesce = false;
  CHECK(hourly.codes(hourly.first + hours{4}, hourly.first + hours{9}) == Codes{"unknown"});
}

TEST_CASE("a time that the schedule does not name is told from one that is to come")
{
  Hourly hourly;
  const auto now = hourly.first + hours{9};
  CHECK(hourly.codes(hourly.first + minutes{30}, now) == Codes{"not-due"});
  CHECK(hourly.codes(hourly.first + hours{11}, now) == Codes{"to-come"});
  hourly.task.progress.created = hourly.first + hours{2};
  CHECK(hourly.codes(hourly.first + hours{1}, now) == Codes{"not-added"});
}

TEST_CASE("what waits says for what")
{
  Hourly hourly;
  hourly.task.task.after = {{"b", false, false}, {"c", true, true}};
  CHECK(hourly.codes({}, hourly.first) == Codes{"dependency"});
  hourly.task.task.after.clear();
  hourly.task.progress.attempt = 2;
  CHECK(hourly.codes({}, hourly.first) == Codes{"retry"});
}

TEST_CASE("the last due time and what became of it belong to a task that waits for its next")
{
  Hourly hourly;
  const auto now = hourly.first + hours{9} + minutes{1};
  hourly.record(RunState::skipped, hourly.first + hours{9}, 7,
                Run::Stretch{hourly.first + hours{9}, hourly.first + hours{9}, 1});
  CHECK(hourly.codes({}, now) == Codes{"scheduled", "last", "skipped", "no-worker"});
}

TEST_CASE("a queue is full of what its workers run")
{
  const auto scene = Scene::unlocked();
  const auto now = scene->clock.now();
  const auto codes = [&](const std::string& queue) {
    const auto reasons = obstacles_of(scene->vault, queue, now);
    REQUIRE(reasons);
    return reasons->empty() ? std::string{} : reasons->front().code;
  };
  CHECK(codes("mail") == "no-worker");

  auto task = scene->task("m");
  task.task.queue = "mail";
  scene->add(task);
  WorkerInfo worker{.name = "w", .host = "h", .concurrency = 2, .queues = {"mail:1", "other"}};
  REQUIRE(scene->vault.announce(worker, now + hours{1}));
  CHECK(codes("mail").empty());
  CHECK(codes("default") == "queue-unserved");
  worker.running = {"m.5"};
  REQUIRE(scene->vault.announce(worker, now + hours{1}));
  CHECK(codes("mail") == "worker-full");
  CHECK(codes("other").empty());
  worker.running = {"m.5", "x.1"};
  REQUIRE(scene->vault.announce(worker, now + hours{1}));
  CHECK(codes("other") == "worker-full");
}

}  // namespace
}  // namespace asyncz::cli
