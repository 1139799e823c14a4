// SPDX-License-Identifier: MIT
#include "cli/tasks/new_task.hpp"

#include "vault/scene.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace asyncz;
using namespace asyncz::cli;
using asyncz::fakes::Scene;

namespace {

StoredTask planned(const std::string& id, Instant now)
{
  StoredTask stored;
  stored.task.id = id;
  stored.task.name = "new";
  stored.task.argv = {"true"};
  stored.task.trigger.at = now;
  stored.progress.created = now;
  REQUIRE(plan(stored, now, system_random()));
  return stored;
}

}  // namespace

TEST_CASE("a random id that is taken gives way to another one, whatever may be replaced")
{
  for (const bool replace : {false, true}) {
    for (const bool waits : {false, true}) {
      const auto scene = Scene::unlocked();
      const Instant now = scene->clock.now();
      scene->add("parent");
      scene->add("taken");
      StoredTask task = planned("taken", now);
      if (waits) task.task.after = {{.id = "parent"}};
      REQUIRE(store_tasks(scene->vault, {&task, 1}, {replace, {"taken"}}, now).front());
      CHECK(task.task.id != "taken");
      CHECK(scene->vault.get(task.task.id)->task.name == "new");
      CHECK(scene->vault.get("taken")->task.name != "new");
      const auto waiters = scene->vault.get("parent")->progress.waiters;
      CHECK(std::ranges::count(waiters, task.task.id) == (waits ? 1 : 0));
    }
  }
}

TEST_CASE("an id that was chosen and is taken is refused, or its task replaced")
{
  const auto scene = Scene::unlocked();
  const Instant now = scene->clock.now();
  scene->add("taken");
  StoredTask task = planned("taken", now);
  const auto refused = store_tasks(scene->vault, {&task, 1}, {false, {}}, now).front();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::conflict);
  CHECK(store_tasks(scene->vault, {&task, 1}, {true, {}}, now).front());
  CHECK(scene->vault.get("taken")->task.name == "new");
}
