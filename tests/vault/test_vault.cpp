// SPDX-License-Identifier: MIT
#include "vault/vault.hpp"

#include "scene.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace asyncz;
using asyncz::fakes::Scene;
using Seconds = std::chrono::seconds;

TEST_CASE("a task comes out as it went in, and the store sees nothing of it")
{
  const auto scene = Scene::unlocked();
  auto task = scene->task("backup", Seconds{60});
  task.task.argv = {"tar", "very-secret-path"};
  const auto added = scene->add(task);
  CHECK(added.revision == us_of(scene->clock.now()));
  CHECK(added.fence == static_cast<std::uint64_t>(added.revision));

  const auto got = scene->vault.get("backup");
  REQUIRE(got);
  CHECK(*got == added);
  const auto record = scene->store->lookup_task("backup");
  REQUIRE(record);
  CHECK(record->moment == added.progress.moment);
  CHECK(text_of(record->sealed).find("very-secret-path") == std::string_view::npos);
}

TEST_CASE("each task of a batch has its own answer")
{
  const auto scene = Scene::unlocked();
  scene->add("taken");
  std::vector batch = {scene->task("one"), scene->task("taken"), scene->task("two")};
  batch.push_back(scene->task("bad"));
  batch.back().task.argv.clear();
  const auto added = scene->vault.add(batch);
  REQUIRE(added.size() == 4);
  CHECK(added[0]);
  CHECK(added[1].error().kind == ErrorKind::conflict);
  CHECK(added[2]);
  CHECK(added[3].error().kind == ErrorKind::usage);
  CHECK(scene->vault.get("two"));
  CHECK_FALSE(scene->vault.get("bad"));
}

TEST_CASE("an edit raises the revision, and one of an outdated task is refused")
{
  const auto scene = Scene::unlocked();
  const auto added = scene->add("backup");
  const auto change = [](StoredTask& task) {
    task.task.priority = 3;
    return Status{};
  };
  const auto written = scene->vault.update("backup", change, added.revision);
  REQUIRE(written);
  CHECK(written->revision == added.revision + 1);
  CHECK(scene->vault.get("backup")->task.priority == 3);

  const auto outdated = scene->vault.update("backup", change, added.revision);
  REQUIRE_FALSE(outdated);
  CHECK(outdated.error().kind == ErrorKind::conflict);
  CHECK_FALSE(scene->vault.remove(added));
  CHECK(scene->vault.remove(*written));
  CHECK(scene->vault.get("backup").error().kind == ErrorKind::not_found);
}

TEST_CASE("an edit that somebody comes in between is made on what he left")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  bool first = true;
  const auto written = scene->vault.update("backup", [&](StoredTask& task) {
    if (std::exchange(first, false)) {
      REQUIRE(scene->vault.update("backup", [](StoredTask& other) {
        other.task.priority = 5;
        return Status{};
      }));
    }
    task.task.tags = {"mine"};
    return Status{};
  });
  REQUIRE(written);
  CHECK(written->task.priority == 5);
  CHECK(written->task.tags == std::vector<std::string>{"mine"});
}

TEST_CASE("an edit cannot free a running task")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  const auto held = scene->reserve();
  REQUIRE(held.size() == 1);
  const auto before = scene->store->lookup_task("backup");
  REQUIRE(scene->vault.update("backup", [&](StoredTask& task) {
    task.progress.moment = Instant{};
    return Status{};
  }));
  const auto after = scene->store->lookup_task("backup");
  REQUIRE(after);
  CHECK(after->moment == before->moment);
  CHECK(after->fence == before->fence);
}

TEST_CASE("an id is found by any unique beginning of four characters")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  scene->add("backlog");
  scene->add("back");
  scene->add("mail");
  CHECK(*scene->vault.resolve("back") == "back");
  CHECK(*scene->vault.resolve("backu") == "backup");
  CHECK(*scene->vault.resolve("mail") == "mail");
  CHECK(scene->vault.resolve("mai").error().kind == ErrorKind::not_found);
  CHECK(scene->vault.resolve("nothing").error().kind == ErrorKind::not_found);
  CHECK(scene->vault.resolve("../mail").error().kind == ErrorKind::not_found);
  REQUIRE(scene->vault.remove(*scene->vault.get("back")));
  const auto several = scene->vault.resolve("back");
  REQUIRE_FALSE(several);
  CHECK(several.error().kind == ErrorKind::not_found);
  CHECK(several.error().what.find("backlog, backup") != std::string::npos);
}

TEST_CASE("instances make no beginning ambiguous")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  std::vector<Record> instances = {*scene->store->lookup_task("backup")};
  instances[0].id = "backup@1800000000000000";
  REQUIRE(scene->store->add_tasks(instances).front());
  CHECK(*scene->vault.resolve("back") == "backup");
  CHECK(*scene->vault.resolve("backup@18") == "backup@1800000000000000");
}

TEST_CASE("a changed clear field is refused when the task is read")
{
  const auto scene = Scene::unlocked();
  scene->add("backup", Seconds{60});
  const auto refused = [&](const std::function<void(Record&)>& change) {
    const auto before = scene->store->lookup_task("backup");
    scene->tamper("backup", change);
    const auto got = scene->vault.get("backup");
    scene->tamper("backup", [&](Record& record) { record = *before; });
    return !got && got.error().kind == ErrorKind::corrupt;
  };
  CHECK(refused([](Record& record) { record.queue = "other"; }));
  CHECK(refused([](Record& record) { record.priority = 9; }));
  CHECK(refused([](Record& record) { record.moment -= Duration{1}; }));
  CHECK(refused([](Record& record) { --record.fence; }));
  CHECK(refused([](Record& record) { --record.revision; }));
  CHECK(refused([](Record& record) { record.sealed.back() ^= 1; }));
  CHECK(refused([](Record& record) { record.sealed.clear(); }));
  CHECK_FALSE(refused([](Record& record) { record.moment += Duration{1}; }));
}

TEST_CASE("records cannot be swapped or renamed")
{
  const auto scene = Scene::unlocked();
  scene->add("one");
  const auto two = scene->add("two");
  const auto sealed_two = scene->store->lookup_task("two")->sealed;
  scene->tamper("one", [&](Record& record) { record.sealed = sealed_two; });
  CHECK(scene->vault.get("one").error().kind == ErrorKind::corrupt);
  auto renamed = *scene->store->lookup_task("two");
  renamed.id = "three";
  REQUIRE(scene->store->add_task(renamed));
  CHECK(scene->vault.get("three").error().kind == ErrorKind::corrupt);
}

TEST_CASE("an unreadable task is visited as its error, the others as they are")
{
  const auto scene = Scene::unlocked();
  scene->add("good");
  scene->add("bad");
  scene->tamper("bad", [](Record& record) { record.sealed[50] ^= 1; });
  std::vector<std::string> readable;
  std::vector<std::string> unreadable;
  REQUIRE(scene->vault.each([&](std::string_view id, Result<StoredTask> task) {
    (task ? readable : unreadable).emplace_back(id);
    return true;
  }));
  CHECK(readable == std::vector<std::string>{"good"});
  CHECK(unreadable == std::vector<std::string>{"bad"});
}

TEST_CASE("a store remembers its key and refuses another one before anything is written")
{
  const auto state = stores::make_memory_state();
  Scene ours{{"secret"}, state};
  REQUIRE(ours.vault.unlock(true));
  Scene stranger{{"other"}, state};
  for (const bool may_write : {true, false}) {
    const auto status = stranger.vault.unlock(may_write);
    REQUIRE_FALSE(status);
    CHECK(status.error().kind == ErrorKind::corrupt);
  }
  Scene successor{{"new", "secret"}, state};
  CHECK(successor.vault.unlock(true));
  Scene careless{{}, state};
  CHECK_FALSE(careless.vault.unlock(true));
}

TEST_CASE("a store that is not sealed keeps plain records, and takes no sealed ones for them")
{
  const auto scene = Scene::unlocked({});
  const auto added = scene->add("backup");
  CHECK(*scene->vault.get("backup") == added);
  const auto sealed = Scene::unlocked();
  sealed->add("other");
  REQUIRE(scene->store->add_task(*sealed->store->lookup_task("other")));
  CHECK(scene->vault.get("other").error().kind == ErrorKind::corrupt);
}

TEST_CASE("a sealed store takes no plain record")
{
  const auto open = Scene::unlocked({});
  open->add("forged");
  const auto scene = Scene::unlocked();
  REQUIRE(scene->store->add_task(*open->store->lookup_task("forged")));
  CHECK(scene->vault.get("forged").error().kind == ErrorKind::corrupt);
}

TEST_CASE("a key that another process rotated is read again before a record is refused")
{
  const auto state = stores::make_memory_state();
  Scene scene{{"secret"}, state};
  REQUIRE(scene.vault.unlock(true));
  Scene other{{"new", "secret"}, state};
  REQUIRE(other.vault.unlock(true));
  other.add("backup");
  CHECK_FALSE(scene.vault.get("backup"));
  scene.keys.rotate_to("new");
  CHECK(scene.vault.get("backup"));
}
