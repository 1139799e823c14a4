// SPDX-License-Identifier: MIT
#include "base/task_id.hpp"
#include "scene.hpp"
#include "vault/vault.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace asyncz;
using asyncz::fakes::Scene;
using Seconds = std::chrono::seconds;

namespace {

Run run_of(const std::string& task, std::uint64_t fence, Instant end)
{
  Run run;
  run.task = task;
  run.fence = fence;
  run.end = end;
  run.state = RunState::succeeded;
  return run;
}

std::vector<Run> history(Scene& scene, std::optional<std::string_view> task)
{
  std::vector<Run> runs;
  REQUIRE(scene.vault.runs(task, std::nullopt, [&](Result<Run> run) {
    REQUIRE(run);
    runs.push_back(std::move(*run));
    return true;
  }));
  return runs;
}

}  // namespace

TEST_CASE("the history gives the runs of a task, newest first, and those of all")
{
  const auto scene = Scene::unlocked();
  const auto now = scene->clock.now();
  const std::vector runs = {run_of("a", 1, now), run_of("b", 1, now + Seconds{1}),
                            run_of("a", 2, now + Seconds{2})};
  for (const auto& run : runs) REQUIRE(scene->vault.record_run(run));
  CHECK(history(*scene, "a") == std::vector{runs[2], runs[0]});
  CHECK(history(*scene, std::nullopt).size() == 3);
  CHECK(history(*scene, "c").empty());
}

TEST_CASE("a run that is recorded again is one run, as it was recorded last")
{
  const auto scene = Scene::unlocked();
  auto run = run_of("a", 1, scene->clock.now());
  REQUIRE(scene->vault.record_run(run));
  REQUIRE(scene->vault.record_run(run_of("a", 2, scene->clock.now())));
  run.reason = "its hook failed";
  REQUIRE(scene->vault.record_run(run));
  const auto runs = history(*scene, std::nullopt);
  CHECK(runs.size() == 2);
  CHECK(std::count(runs.begin(), runs.end(), run) == 1);
}

TEST_CASE("runs under a former key are found as well")
{
  const auto state = stores::make_memory_state();
  Scene before{{"old"}, state};
  REQUIRE(before.vault.unlock(true));
  const auto run = run_of("a", 1, before.clock.now());
  REQUIRE(before.vault.record_run(run));
  Scene after{{"new", "old"}, state};
  REQUIRE(after.vault.unlock(true));
  CHECK(history(after, "a") == std::vector{run});
}

TEST_CASE("an instance has been added when it is there, and when it has run and left")
{
  const auto scene = Scene::unlocked();
  const auto due = scene->clock.now();
  const auto id = instance_id("a", us_of(due));
  const auto added = [&] {
    const auto answer = scene->vault.was_added(id, due);
    REQUIRE(answer);
    return *answer;
  };
  auto run = run_of("a", 1, due);
  run.scheduled = due - Scene::Seconds{60};
  REQUIRE(scene->vault.record_run(run));  // of another one
  CHECK_FALSE(added());
  SUBCASE("there")
  {
    scene->add(id);
    CHECK(added());
  }
  SUBCASE("left")
  {
    run = run_of("a", 2, due);
    run.scheduled = due;
    REQUIRE(scene->vault.record_run(run));
    CHECK(added());
  }
  SUBCASE("never, since its time was missed")
  {
    run = run_of("a", 2, due);
    run.scheduled = due;
    run.state = RunState::missed;
    run.stretch = Run::Stretch{due, due, 1};
    REQUIRE(scene->vault.record_run(run));
    CHECK_FALSE(added());
  }
}

TEST_CASE("a run is bound to its task, fence and part")
{
  const auto scene = Scene::unlocked();
  REQUIRE(scene->vault.record_run(run_of("a", 1, scene->clock.now())));
  RunRecord record;
  REQUIRE(scene->store->runs({}, [&](Result<RunRecord> run) {
    record = *run;
    return true;
  }));
  for (int field = 0; field < 3; ++field) {
    auto forged = record;
    if (field == 0) ++forged.task_tag;
    if (field == 1) ++forged.fence;
    if (field == 2) ++forged.part;
    REQUIRE(scene->store->record_run(forged));
  }
  int good = 0;
  int bad = 0;
  REQUIRE(scene->vault.runs(std::nullopt, std::nullopt, [&](Result<Run> run) {
    ++(run ? good : bad);
    return true;
  }));
  CHECK(good == 1);
  CHECK(bad == 3);
}

TEST_CASE("a reservation's run and its stretches of missed and skipped times are kept apart")
{
  const auto scene = Scene::unlocked();
  auto run = run_of("a", 1, scene->clock.now());
  for (const auto state : {RunState::succeeded, RunState::missed, RunState::skipped}) {
    run.state = state;
    REQUIRE(scene->vault.record_run(run));
  }
  CHECK(history(*scene, "a").size() == 3);
}

TEST_CASE("a log is bound to its run")
{
  const auto scene = Scene::unlocked();
  const auto sealed = scene->vault.seal_log("a.1", bytes_of("hello\n"));
  REQUIRE(sealed);
  const auto opened = scene->vault.open_log("a.1", *sealed);
  REQUIRE(opened);
  CHECK(text_of(*opened) == "hello\n");
  CHECK(scene->vault.open_log("a.2", *sealed).error().kind == ErrorKind::corrupt);
}

TEST_CASE("workers say who they are, until they withdraw")
{
  const auto scene = Scene::unlocked();
  WorkerInfo worker;
  worker.name = "host-1";
  worker.pid = 1;
  REQUIRE(scene->vault.announce(worker, scene->clock.now() + Seconds{30}));
  CHECK(*scene->vault.workers() == std::vector{worker});
  REQUIRE(scene->vault.withdraw("host-1"));
  CHECK(scene->vault.workers()->empty());
}

TEST_CASE("a queue stays paused until it is resumed, and a forged pause is reported, not believed")
{
  const auto scene = Scene::unlocked();
  const QueuePause pause{"mail", "root@host", scene->clock.now()};
  REQUIRE(scene->vault.pause_queue(pause));
  auto forged = scene->store->notes(NoteKind::queue)->front();
  forged.name = "default";
  REQUIRE(scene->store->put_note(forged));
  CHECK(*scene->vault.paused_queues() == std::vector{pause});
  CHECK(scene->reported == std::vector<std::string>{"default"});
  REQUIRE(scene->vault.resume_queue("mail"));
  CHECK(scene->vault.paused_queues()->empty());
}
