// SPDX-License-Identifier: MIT
#include "cli/runs/awaited.hpp"

#include "fakes/forwarding_store.hpp"
#include "task/lifecycle.hpp"
#include "vault/scene.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <utility>

using namespace asyncz;
using namespace asyncz::cli;
using asyncz::fakes::Scene;

namespace {

// Something happens when a task has been looked up.
class EventfulStore final : public fakes::ForwardingStore {
 public:
  EventfulStore() : ForwardingStore{stores::make_memory_store(stores::make_memory_state())} {}

  Result<Record> lookup_task(std::string_view id) override
  {
    auto record = ForwardingStore::lookup_task(id);
    if (const auto event = std::exchange(then, {})) event();
    return record;
  }

  std::function<void()> then;
};

}  // namespace

TEST_CASE("a task that ends while it is looked up has ended")
{
  const Scene scene;
  EventfulStore store;
  fakes::FixedKeys keys{{"secret"}};
  Vault vault{store, keys, scene.clock, {}};
  REQUIRE(vault.unlock(true));
  auto task = scene.task("task");
  REQUIRE(vault.add({&task, 1}).front());
  store.then = [&] {
    auto reserved = vault.reserve("task", scene.demand());
    REQUIRE(reserved);
    auto run = run_of(reserved->stored, {scene.clock.now(), 1});
    run.state = RunState::succeeded;
    run.start = run.end = scene.clock.now();
    REQUIRE(vault.record_run(run));
    const Outcome outcome{&*reserved, {}};
    REQUIRE(vault.settle({&outcome, 1}).front());
  };
  const auto awaited = Awaited::named(vault, "task");
  REQUIRE(awaited);
  CHECK(awaited->ended());
  CHECK(exit_status_of({*awaited}) == 0);
}
