// SPDX-License-Identifier: MIT
#include "fakes/forwarding_store.hpp"
#include "scene.hpp"
#include "vault/vault.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace asyncz;
using asyncz::fakes::Scene;
using Seconds = std::chrono::seconds;

namespace {

std::vector<Status> settle(Scene& scene, Reserved& reserved, std::optional<StoredTask> stored)
{
  const Outcome outcome{&reserved, std::move(stored)};
  return scene.vault.settle({&outcome, 1});
}

// A memory store whose history cannot be read now and then.
class Forgetful final : public fakes::ForwardingStore {
 public:
  Forgetful() : ForwardingStore{stores::make_memory_store(stores::make_memory_state())} {}

  Status runs(const RunQuery& query, const VisitRun& visit) override
  {
    if (answers_left-- > 0) return Store::runs(query, visit);
    return Error{ErrorKind::unavailable, "no answer", {}};
  }

  int answers_left = 0;
};

}  // namespace

TEST_CASE("what the history could not be asked about is handed out when it answers, once")
{
  const Scene scene;
  Forgetful store;
  fakes::FixedKeys keys{{"secret"}};
  Vault vault{store, keys, scene.clock, {}};
  REQUIRE(vault.unlock(true));
  for (const auto* id : {"a", "b", "c"}) {
    auto task = scene.task(id);
    REQUIRE(vault.add({&task, 1}).front());
  }
  const auto demand = scene.demand();
  CHECK(vault.reserve_due(demand).error().kind == ErrorKind::unavailable);
  CHECK(vault.owes(demand));
  store.answers_left = 1;
  const auto first = vault.reserve_due(demand);
  REQUIRE(first);
  REQUIRE(first->size() == 1);
  store.answers_left = 10;
  const auto others = vault.reserve_due(demand);
  REQUIRE(others);
  REQUIRE(others->size() == 2);
  CHECK((*others)[1].reservation.record.fence == (*first)[0].reservation.record.fence);
  CHECK(!vault.owes(demand));
  CHECK(vault.reserve_due(demand)->empty());
}

TEST_CASE("what is due is reserved once, what is not due is left")
{
  const auto scene = Scene::unlocked();
  scene->add("now");
  scene->add("later", Seconds{1});
  const auto taken = scene->reserve();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].stored.task.id == "now");
  CHECK(taken[0].stored.fence == taken[0].stored.progress.settled_fence + 1);
  CHECK_FALSE(taken[0].ended_before);
  CHECK(scene->reserve().empty());
  scene->clock.advance(Seconds{1});
  CHECK(scene->reserve().size() == 1);
}

TEST_CASE("what does not verify is reported once, not counted, left, and everything else goes on")
{
  const auto scene = Scene::unlocked();
  for (const auto* id : {"bad1", "bad2", "good1", "good2"}) scene->add(id);
  for (const auto* id : {"bad1", "bad2"}) {
    scene->tamper(id, [](Record& record) { record.sealed.back() ^= 1; });
  }
  CHECK(scene->reserve(2).size() == 2);
  CHECK(scene->reported == std::vector<std::string>{"bad1", "bad2"});
  CHECK(scene->reserve(2).empty());
  CHECK(scene->reported.size() == 2);
  CHECK(scene->store->lookup_task("bad1"));
}

TEST_CASE("a record that does not verify is looked at again when it changes")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  scene->tamper("backup", [](Record& record) { record.sealed.back() ^= 1; });
  CHECK(scene->reserve().empty());
  scene->let_leases_end();
  scene->tamper("backup", [](Record& record) {
    record.sealed.back() ^= 1;
    ++record.revision;
  });
  CHECK(scene->reserve().size() == 1);
}

TEST_CASE("nobody without the key can have a task run earlier, or while it is paused")
{
  const auto scene = Scene::unlocked();
  scene->add("early", Seconds{3600});
  auto paused = scene->task("paused");
  paused.task.paused = true;
  paused.progress.moment = never;
  scene->add(paused);
  auto waiting = scene->task("waiting");
  waiting.progress.moment = never;
  scene->add(waiting);
  for (const auto* id : {"early", "paused", "waiting"}) {
    scene->tamper(id, [&](Record& record) {
      record.moment = scene->clock.now();
      record.fence += 1;  // even where it looks as if it had been reserved
    });
  }
  CHECK(scene->reserve().empty());
}

TEST_CASE("limits count what is handed out, by queue")
{
  const auto scene = Scene::unlocked();
  for (const auto* id : {"a1", "a2", "a3", "b1"}) {
    auto task = scene->task(id);
    task.task.queue = id[0] == 'a' ? "a" : "b";
    scene->add(task);
  }
  scene->tamper("a1", [](Record& record) { record.sealed.back() ^= 1; });
  auto demand = scene->demand();
  demand.only = {{"a", 1}, {"b", 5}};
  const auto taken = scene->vault.reserve_due(demand);
  REQUIRE(taken);
  REQUIRE(taken->size() == 2);
  CHECK((*taken)[0].stored.task.id == "b1");
  CHECK((*taken)[1].stored.task.id == "a2");  // asked for when a1 had been passed over
}

TEST_CASE("a settled task comes again at its next moment, a removed one never")
{
  const auto scene = Scene::unlocked();
  scene->add("again");
  scene->add("once");
  auto taken = scene->reserve();
  REQUIRE(taken.size() == 2);
  auto next = taken[0].stored;
  next.progress.due = next.progress.moment = scene->clock.now() + Seconds{60};
  CHECK(settle(*scene, taken[0], next).front());
  CHECK(settle(*scene, taken[1], std::nullopt).front());
  CHECK_FALSE(scene->vault.get("once"));
  const auto again = scene->vault.get("again");
  REQUIRE(again);
  CHECK_FALSE(again->reserved_or_interrupted());
  scene->clock.advance(Seconds{60});
  CHECK(scene->reserve().size() == 1);
}

TEST_CASE("who settles a task that was edited meanwhile gets the edited one and settles that")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  auto taken = scene->reserve();
  REQUIRE(taken.size() == 1);
  REQUIRE(scene->vault.update("backup", [](StoredTask& task) {
    task.task.priority = 7;
    return Status{};
  }));
  const auto refused = settle(*scene, taken[0], taken[0].stored);
  REQUIRE_FALSE(refused.front());
  CHECK(refused.front().error().kind == ErrorKind::conflict);
  CHECK(taken[0].stored.task.priority == 7);
  CHECK(settle(*scene, taken[0], taken[0].stored).front());
  CHECK(scene->vault.get("backup")->task.priority == 7);
}

TEST_CASE("a settlement that was written, though the store could not say so, is not made again")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  auto taken = scene->reserve();
  REQUIRE(taken.size() == 1);
  auto next = taken[0].stored;
  next.progress.moment += Seconds{60};
  REQUIRE(settle(*scene, taken[0], next).front());
  const auto written = *scene->store->lookup_task("backup");
  CHECK(settle(*scene, taken[0], next).front());
  CHECK(*scene->store->lookup_task("backup") == written);
}

TEST_CASE("a worker whose reservation ended can no longer settle")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  auto first = scene->reserve();
  scene->let_leases_end();
  auto second = scene->reserve();
  REQUIRE(second.size() == 1);
  const auto late = settle(*scene, first[0], std::nullopt);
  REQUIRE_FALSE(late.front());
  CHECK(late.front().error().kind == ErrorKind::not_found);
  CHECK(settle(*scene, second[0], std::nullopt).front());
}

TEST_CASE("a run that the history holds as ended is handed over, not run again")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  const auto first = scene->reserve();
  REQUIRE(scene->vault.record_run(scene->run_of(first[0])));
  scene->let_leases_end();
  const auto second = scene->reserve();
  REQUIRE(second.size() == 1);
  REQUIRE(second[0].ended_before);
  CHECK(second[0].ended_before->fence == first[0].reservation.record.fence);

  scene->let_leases_end();  // this worker dies as well, before it settles
  const auto third = scene->reserve();
  REQUIRE(third.size() == 1);
  CHECK(third[0].ended_before == second[0].ended_before);
}

TEST_CASE("an old copy that is put back is refused at once by the worker that settled the task")
{
  const auto scene = Scene::unlocked();
  scene->add("deploy");
  const auto copy = *scene->store->lookup_task("deploy");
  auto taken = scene->reserve();
  REQUIRE(settle(*scene, taken[0], std::nullopt).front());
  for (const std::uint64_t fence : {0U, 1U, 1000U}) {  // whatever the clear fence is raised by
    auto put_back = copy;
    put_back.fence += fence;
    REQUIRE(scene->store->add_task(put_back));
    CHECK(scene->reserve().empty());
    CHECK(scene->reported == std::vector<std::string>{"deploy"});
    CHECK(scene->reserve().empty());
    scene->let_leases_end();
    CHECK(scene->vault.reserve("deploy", scene->demand()).error().kind == ErrorKind::corrupt);
    const auto there = scene->store->lookup_task("deploy");
    REQUIRE(there);
    REQUIRE(scene->store->delete_task("deploy", there->revision));
    scene->reported.clear();
  }
}

// What another process knows of a task that ran: only what the history says.
struct Replay {
  std::shared_ptr<stores::MemoryState> state = stores::make_memory_state();
  Scene first{{"secret"}, state};
  std::unique_ptr<Scene> second;
  Record copy;

  Replay()
  {
    REQUIRE(first.vault.unlock(true));
    first.add("deploy");
    copy = *first.store->lookup_task("deploy");
  }

  void run_and_settle(bool goes_on = false)
  {
    auto taken = first.reserve();
    REQUIRE(taken.size() == 1);
    auto run = first.run_of(taken[0]);
    REQUIRE(first.vault.record_run(run));
    const auto after = goes_on ? std::optional{taken[0].stored} : std::nullopt;
    REQUIRE(settle(first, taken[0], after).front());
  }

  Scene& restart()
  {
    second = std::make_unique<Scene>(std::vector<std::string>{"secret"}, state);
    REQUIRE(second->vault.unlock(true));
    return *second;
  }
};

TEST_CASE_FIXTURE(Replay, "an old copy is refused by any worker while the history remembers")
{
  run_and_settle();
  REQUIRE(first.store->add_task(copy));
  auto& worker = restart();
  CHECK(worker.reserve().empty());
  CHECK(worker.reported == std::vector<std::string>{"deploy"});
  CHECK(worker.reserve().empty());
  CHECK(worker.reported.size() == 1);
  CHECK(worker.store->lookup_task("deploy"));

  for (int again = 0; again < 3; ++again) {  // and so by all that come after it
    second->let_leases_end();
    const auto now = second->clock.now();
    auto& next = restart();
    next.clock.set(now);
    CHECK(next.reserve().empty());
    CHECK(next.reported.size() == 1);
  }
}

TEST_CASE_FIXTURE(Replay, "a copy that others have run on from is refused whatever its clear fence")
{
  run_and_settle(true);
  run_and_settle(true);
  const auto now = first.store->lookup_task("deploy");
  REQUIRE(first.store->delete_task("deploy", now->revision));
  copy.fence += 7;
  REQUIRE(first.store->add_task(copy));
  auto& worker = restart();
  CHECK(worker.reserve().empty());
  worker.let_leases_end();
  CHECK(worker.vault.reserve("deploy", worker.demand()).error().kind == ErrorKind::corrupt);
}

TEST_CASE_FIXTURE(Replay, "a forged run in the history hides no true one")
{
  run_and_settle();
  std::vector<RunRecord> runs;
  REQUIRE(first.store->runs({}, [&](Result<RunRecord> run) {
    REQUIRE(run);
    runs.push_back(*std::move(run));
    return true;
  }));
  REQUIRE(runs.size() == 1);
  auto forged = runs[0];
  forged.sealed.back() ^= 1;
  REQUIRE(first.store->record_run(forged));
  ++forged.fence;
  REQUIRE(first.store->record_run(forged));
  REQUIRE(first.store->add_task(copy));
  auto& worker = restart();
  CHECK(worker.reserve().empty());
  CHECK(worker.reported == std::vector<std::string>{"history", "history", "deploy"});
}

TEST_CASE_FIXTURE(Replay, "what the history has forgotten may run again")
{
  run_and_settle();
  REQUIRE(first.store->prune_runs(first.clock.now() + Seconds{1}, 0));
  REQUIRE(first.store->add_task(copy));
  CHECK(restart().reserve().size() == 1);
}

TEST_CASE_FIXTURE(Replay, "a run that ended as its host failed is settled, not run again")
{
  run_and_settle();
  REQUIRE(first.store->add_task(copy));  // nothing of the reservation had reached the disk
  auto& worker = restart();
  worker.clock.advance(Seconds{60});
  worker.clock.restart_host();
  const auto taken = worker.reserve();
  REQUIRE(taken.size() == 1);
  REQUIRE(taken[0].ended_before);
  CHECK(taken[0].ended_before->fence == copy.fence + 1);
}

TEST_CASE_FIXTURE(Replay, "an id that is used again is another task")
{
  run_and_settle();
  auto& worker = restart();
  worker.clock.set(first.clock.now() - Seconds{3600});  // the clock was wrong before
  worker.add("deploy");
  CHECK(worker.reserve().size() == 1);
}

TEST_CASE("a boot task's old copy is refused, too")
{
  const auto scene = Scene::unlocked();
  auto task = scene->task("at-boot");
  task.task.trigger = {};
  task.task.trigger.kind = TriggerKind::boot;
  task.progress.due.reset();
  task.progress.moment = Instant{};
  scene->add(task);
  const auto copy = *scene->store->lookup_task("at-boot");
  auto demand = scene->demand();
  demand.only = {{std::string{boot_queue}, 10}};
  auto taken = *scene->vault.reserve_due(demand);
  REQUIRE(settle(*scene, taken[0], std::nullopt).front());
  REQUIRE(scene->store->add_task(copy));
  CHECK(scene->vault.reserve_due(demand)->empty());
  CHECK(scene->reported == std::vector<std::string>{"at-boot"});
}

TEST_CASE("an overdue task is run although its other runs are in the history")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  auto taken = scene->reserve();
  REQUIRE(scene->vault.record_run(scene->run_of(taken[0])));
  auto next = taken[0].stored;
  next.progress.due = next.progress.moment = scene->clock.now() + Seconds{60};
  REQUIRE(settle(*scene, taken[0], next).front());
  scene->clock.advance(Seconds{86400});
  const auto overdue = scene->reserve();
  REQUIRE(overdue.size() == 1);
  CHECK_FALSE(overdue[0].ended_before);
}

TEST_CASE("an instance's run is found in the history of its task")
{
  const auto scene = Scene::unlocked();
  scene->add(scene->task("other"));
  auto instance = scene->task("backup@1800000000000000");
  instance.revision = instance.progress.revision = 1;
  std::vector batch = {instance};
  const auto added = scene->vault.add(batch);
  REQUIRE(added.front());
  auto taken = scene->reserve();
  REQUIRE(taken.size() == 2);
  const auto& held = taken[0].stored.task.id == "other" ? taken[1] : taken[0];
  auto run = scene->run_of(held);
  run.task = "backup";
  REQUIRE(scene->vault.record_run(run));
  scene->let_leases_end();
  int found = 0;
  for (const auto& reserved : scene->reserve()) found += reserved.ended_before ? 1 : 0;
  CHECK(found == 1);
}

TEST_CASE("an interrupted task that was put off by an edit waits for its new time")
{
  const auto scene = Scene::unlocked();
  scene->add("backup");
  REQUIRE(scene->reserve().size() == 1);
  const auto later = scene->clock.now() + Seconds{3600};
  REQUIRE(scene->vault.update("backup", [&](StoredTask& task) {
    task.task.trigger.at = later;
    task.progress.due = task.progress.moment = later;
    return Status{};
  }));
  scene->let_leases_end();
  CHECK(scene->reserve().empty());
  CHECK(scene->reported.empty());
  CHECK(scene->store->lookup_task("backup")->moment == later);
  scene->clock.set(later);
  CHECK(scene->reserve().size() == 1);
}

TEST_CASE("a task can be reserved by name before its time, and by one only")
{
  const auto scene = Scene::unlocked();
  scene->add("backup", Seconds{3600});
  const auto reserved = scene->vault.reserve("backup", scene->demand());
  REQUIRE(reserved);
  CHECK(reserved->stored.task.id == "backup");
  CHECK(scene->vault.reserve("backup", scene->demand()).error().kind == ErrorKind::conflict);
  CHECK(scene->vault.reserve("none", scene->demand()).error().kind == ErrorKind::not_found);
}

TEST_CASE("boot and shutdown tasks are kept in queues that nobody can name")
{
  const auto scene = Scene::unlocked();
  for (const auto kind : {TriggerKind::boot, TriggerKind::shutdown}) {
    auto task = scene->task(kind == TriggerKind::boot ? "at-boot" : "at-shutdown");
    task.task.trigger = {};
    task.task.trigger.kind = kind;
    task.progress.due.reset();
    task.progress.moment = Instant{};
    scene->add(task);
  }
  CHECK(scene->reserve().empty());
  auto demand = scene->demand();
  demand.only = {{std::string{boot_queue}, 10}};
  const auto taken = scene->vault.reserve_due(demand);
  REQUIRE(taken);
  REQUIRE(taken->size() == 1);
  CHECK((*taken)[0].stored.task.id == "at-boot");
}
