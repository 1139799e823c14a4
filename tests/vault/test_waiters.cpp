// SPDX-License-Identifier: MIT
#include "vault/waiters.hpp"

#include "scene.hpp"
#include "vault/kept_task.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace asyncz;
using asyncz::fakes::Scene;

namespace {

double no_chance() { return 0; }

class Waiters {
 public:
  Vault& vault() { return scene->vault; }
  Instant now() { return scene->clock.now(); }

  Status join(StoredTask& task) { return join_parents(vault(), task, now(), no_chance); }

  StoredTask waiter(const std::string& id, std::vector<Dependency> after)
  {
    auto task = scene->task(id);
    task.task.after = std::move(after);
    return task;
  }

  void add(const std::string& id, std::vector<Dependency> after)
  {
    auto task = waiter(id, std::move(after));
    REQUIRE(join(task));
    scene->add(task);
    REQUIRE(*settle_waiter(vault(), id, now(), no_chance));
  }

  void end(const std::string& id, RunState state)
  {
    const auto task = vault().get(id);
    REQUIRE(task);
    record(*task, state);
    REQUIRE(tell(*task, state));
    REQUIRE(vault().remove(*task));
  }

  void record(const StoredTask& task, RunState state)
  {
    auto run = run_of(task, {now(), 1});
    run.state = state;
    run.start = run.end = now();
    REQUIRE(vault().record_run(run));
  }

  Status tell(const StoredTask& task, RunState state)
  {
    return tell_waiters(vault(), task, state == RunState::succeeded, now(), no_chance);
  }

  bool exists(const std::string& id) { return static_cast<bool>(vault().get(id)); }
  Instant moment(const std::string& id) { return vault().get(id)->progress.moment; }

  std::vector<std::string> cancelled()
  {
    std::vector<std::string> ids;
    REQUIRE(vault().runs({}, {}, [&](const Result<Run>& run) {
      REQUIRE(run);
      if (run->state == RunState::cancelled) ids.push_back(run->task);
      return true;
    }));
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  std::unique_ptr<Scene> scene = Scene::unlocked();
};

}  // namespace

TEST_CASE_FIXTURE(Waiters, "a task waits until the last of its parents has ended")
{
  scene->add("a");
  scene->add("b");
  add("w", {{"a"}, {"b", true}});
  CHECK(moment("w") == never);
  end("a", RunState::succeeded);
  CHECK(moment("w") == never);
  end("b", RunState::failed);
  CHECK(moment("w") == now());
  CHECK(cancelled().empty());
}

TEST_CASE_FIXTURE(Waiters, "what cannot run any more is cancelled, and who waits for that, in turn")
{
  scene->add("a");
  std::string last = "a";
  for (int i = 0; i < 300; ++i) {
    const auto id = "w" + std::to_string(i);
    add(id, {{last}});
    last = id;
  }
  add("any", {{last, true}});
  end("a", RunState::failed);
  CHECK(cancelled().size() == 300);
  CHECK_FALSE(exists("w0"));
  CHECK_FALSE(exists("w299"));
  CHECK(moment("any") == now());
}

TEST_CASE_FIXTURE(Waiters, "an end that is told of twice does nothing the second time")
{
  scene->add("a");
  add("good", {{"a", true}});
  add("bad", {{"a"}});
  add("worse", {{"bad"}});
  const auto parent = *vault().get("a");
  record(parent, RunState::failed);
  REQUIRE(tell(parent, RunState::failed));
  const auto revision = vault().get("good")->revision;
  REQUIRE(tell(parent, RunState::failed));
  CHECK(vault().get("good")->revision == revision);
  CHECK(cancelled() == std::vector<std::string>{"bad", "worse"});
}

TEST_CASE_FIXTURE(Waiters, "a parent that ended before is known from the history")
{
  for (const auto state : {RunState::succeeded, RunState::failed}) {
    const std::string id{run_state_text(state)};
    scene->add(id);
    end(id, state);
  }
  add("w", {{"succeeded"}, {"failed", true}});
  CHECK(moment("w") == now());

  auto late = waiter("late", {{"failed"}});
  REQUIRE(join(late));
  scene->add(late);
  CHECK_FALSE(*settle_waiter(vault(), "late", now(), no_chance));
  CHECK(cancelled() == std::vector<std::string>{"late"});
}

TEST_CASE_FIXTURE(Waiters, "a parent that ends while its waiter is being added frees it")
{
  scene->add("a");
  auto task = waiter("w", {{"a"}});
  REQUIRE(join(task));
  end("a", RunState::succeeded);
  scene->add(task);
  CHECK(moment("w") == never);
  CHECK(*settle_waiter(vault(), "w", now(), no_chance));
  CHECK(moment("w") == now());
}

TEST_CASE_FIXTURE(Waiters, "a pause outlasts the end of what a task waits for")
{
  scene->add("a");
  auto task = waiter("w", {{"a"}});
  task.task.paused = true;
  REQUIRE(join(task));
  scene->add(task);
  end("a", RunState::succeeded);
  CHECK(sealed_moment(*vault().get("w")) == never);
}

TEST_CASE_FIXTURE(Waiters, "who nobody knows, who recurs and who waits in turn is refused")
{
  auto task = waiter("w", {{"nobody"}});
  CHECK(join(task).error().kind == ErrorKind::not_found);

  auto recurring = scene->task("often");
  recurring.task.trigger = {
      .kind = TriggerKind::interval, .every = std::chrono::hours{1}, .start = now()};
  scene->add(recurring);
  task = waiter("w", {{"often"}});
  CHECK(join(task).error().kind == ErrorKind::usage);

  scene->add("a");
  add("w", {{"a"}});
  task = waiter("a", {{"w"}});
  CHECK(join(task).error().kind == ErrorKind::usage);
}

TEST_CASE_FIXTURE(Waiters, "the history keeps a task that did not succeed, to be added again")
{
  scene->add("a");
  add("w", {{"a"}});
  end("a", RunState::failed);
  std::optional<Run> found;
  REQUIRE(vault().runs("w", {}, [&](Result<Run> run) {
    found = *std::move(run);
    return false;
  }));
  REQUIRE(found);
  auto again = task_kept_by(*found, now());
  REQUIRE(again);
  CHECK(again->task.after.empty());
  CHECK(again->progress.moment == now());
  scene->add(*again);
}
