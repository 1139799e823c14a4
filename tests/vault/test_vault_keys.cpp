// SPDX-License-Identifier: MIT
#include "scene.hpp"
#include "vault/vault.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;
using asyncz::fakes::Scene;

namespace {

KeyId key_of(Scene& scene, std::string_view id)
{
  const auto record = scene.store->lookup_task(id);
  REQUIRE(record);
  return *sealed_under(record->sealed);
}

Vault::Resealed reseal(Scene& scene)
{
  const auto done = scene.vault.reseal([](std::size_t) {});
  REQUIRE(done);
  return *done;
}

}  // namespace

TEST_CASE("after a rotation everything is under the new key, and the store remembers it")
{
  const auto state = stores::make_memory_state();
  Scene scene{{"old"}, state};
  REQUIRE(scene.vault.unlock(true));
  const auto added = scene.add("backup");
  scene.add("mail");
  REQUIRE(scene.vault.pause_queue({.queue = "mail"}));
  CHECK_FALSE(*scene.vault.rotation_is_due());

  scene.keys.rotate_to("new");
  CHECK(reseal(scene).tasks == 2);
  const auto id = Key::from_secret(bytes_of("new")).id();
  CHECK(key_of(scene, "backup") == id);
  CHECK(scene.vault.get("backup")->task == added.task);
  CHECK_FALSE(*scene.vault.rotation_is_due());

  Scene later{{"new"}, state};  // has never known the old one
  REQUIRE(later.vault.unlock(false));
  CHECK(later.vault.get("mail"));
  CHECK(later.vault.paused_queues()->size() == 1);
  Scene former{{"old"}, state};
  CHECK(former.vault.unlock(false).error().kind == ErrorKind::corrupt);
}

TEST_CASE("a rotation that was begun elsewhere is due until it has been ended")
{
  const auto state = stores::make_memory_state();
  Scene old{{"old"}, state};
  REQUIRE(old.vault.unlock(true));
  old.add("backup");
  Scene scene{{"new", "old"}, state};
  REQUIRE(scene.vault.unlock(true));
  CHECK(*scene.vault.rotation_is_due());
  CHECK(reseal(scene).tasks == 1);
  CHECK_FALSE(*scene.vault.rotation_is_due());
}

TEST_CASE("a rotation frees no task that somebody runs")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  auto reserved = scene->reserve();
  REQUIRE(reserved.size() == 1);
  const auto moment = scene->store->lookup_task("backup")->moment;
  scene->keys.rotate_to("new");
  CHECK(reseal(*scene).tasks == 1);
  CHECK(scene->store->lookup_task("backup")->moment == moment);
  CHECK(scene->reserve().empty());
}

TEST_CASE("what a rotation cannot open is named once and left as it is")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  scene->add("broken");
  auto record = *scene->store->lookup_task("broken");
  record.sealed.back() ^= 1;
  ++record.revision;
  REQUIRE(scene->store->update_task(record));

  scene->keys.rotate_to("new");
  const auto done = reseal(*scene);
  CHECK(done.tasks == 1);
  CHECK(done.unreadable == std::set<std::string>{"broken"});
  CHECK(scene->reported == std::vector<std::string>{"broken"});
  CHECK(scene->store->lookup_task("broken")->sealed == record.sealed);
}
