// SPDX-License-Identifier: MIT
#include "cli/runs/resolve.hpp"

#include "vault/scene.hpp"

#include <doctest/doctest.h>

using namespace asyncz;
using namespace asyncz::cli;
using asyncz::fakes::Scene;

namespace {

void add_run(Scene& scene, const std::string& task, std::uint64_t fence)
{
  Run run;
  run.task = task;
  run.fence = fence;
  run.state = RunState::succeeded;
  run.start = run.end = scene.clock.now();
  REQUIRE(scene.vault.record_run(run));
  scene.clock.advance(std::chrono::seconds{1});
}

}  // namespace

TEST_CASE("a task is named by its id or by what only its id begins with")
{
  const auto scene = Scene::unlocked();
  scene->add("backup-home");
  scene->add("backup-mail");
  CHECK(resolve_task(scene->vault, "backup-home")->id == "backup-home");
  CHECK(resolve_task(scene->vault, "backup-h")->id == "backup-home");
  CHECK(resolve_task(scene->vault, "backup-h")->stored);

  const auto several = resolve_task(scene->vault, "back");
  REQUIRE_FALSE(several);
  CHECK(several.error().kind == ErrorKind::not_found);
  CHECK(several.error().what.find("backup-mail") != std::string::npos);
  CHECK(resolve_task(scene->vault, "bac").error().kind == ErrorKind::not_found);
  CHECK(resolve_task(scene->vault, "nothing").error().kind == ErrorKind::not_found);
}

TEST_CASE("a task that has left the store is found in the history")
{
  const auto scene = Scene::unlocked();
  add_run(*scene, "long-gone", 7);
  const auto task = resolve_task(scene->vault, "long-");
  REQUIRE(task);
  CHECK(task->id == "long-gone");
  CHECK_FALSE(task->stored);
  CHECK(resolve_run(scene->vault, "long-gone.7")->fence == 7);
}

TEST_CASE("a task stands for its latest run, and TASK~N for the N-th before it")
{
  const auto scene = Scene::unlocked();
  for (const std::uint64_t fence : {3U, 5U, 9U}) add_run(*scene, "backup", fence);
  CHECK(resolve_run(scene->vault, "backup")->fence == 9);
  CHECK(resolve_run(scene->vault, "backup~0")->fence == 9);
  CHECK(resolve_run(scene->vault, "back~2")->fence == 3);
  CHECK(resolve_run(scene->vault, "backup~3").error().kind == ErrorKind::not_found);
  CHECK(resolve_run(scene->vault, "backup.5")->ended);
  CHECK(resolve_run(scene->vault, "backup.6").error().kind == ErrorKind::not_found);
}

TEST_CASE("a task whose id reads like a run wins over the run")
{
  const auto scene = Scene::unlocked();
  add_run(*scene, "db", 2);
  add_run(*scene, "db.2", 4);
  scene->add("db.2");
  CHECK(resolve_run(scene->vault, "db.2")->fence == 4);
}

TEST_CASE("the latest run may still go on")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  CHECK(resolve_run(scene->vault, "backup").error().what.find("has not run yet") !=
        std::string::npos);
  Demand demand;
  demand.now = scene->clock.now();
  const auto reserved = scene->vault.reserve_due(demand);
  REQUIRE(reserved);
  REQUIRE(reserved->size() == 1);
  const auto run = resolve_run(scene->vault, "backup");
  REQUIRE(run);
  CHECK_FALSE(run->ended);
  CHECK(run->fence == reserved->front().reservation.record.fence);
  CHECK(resolve_run(scene->vault, run->id())->fence == run->fence);
}
