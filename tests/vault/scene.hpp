// SPDX-License-Identifier: MIT
// A vault over a memory store, with a key and a clock that a test holds in its hands.
#pragma once

#include "base/text.hpp"
#include "fakes/manual_clock.hpp"
#include "stores/memory/memory_store.hpp"
#include "vault/vault.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::fakes {

// The keys of these secrets, the first of which seals; without any the store is not sealed.
class FixedKeys final : public KeySource {
 public:
  explicit FixedKeys(std::vector<std::string> secrets) : secrets_{std::move(secrets)} {}

  Result<std::shared_ptr<const Keyring>> load() override
  {
    if (secrets_.empty()) return std::shared_ptr<const Keyring>{};
    auto ring = std::make_shared<Keyring>(Key::from_secret(bytes_of(secrets_[0])));
    for (std::size_t i = 1; i < secrets_.size(); ++i) {
      ring->add_previous(Key::from_secret(bytes_of(secrets_[i])));
    }
    return std::shared_ptr<const Keyring>{std::move(ring)};
  }

  void rotate_to(const std::string& secret) { secrets_.insert(secrets_.begin(), secret); }

 private:
  std::vector<std::string> secrets_;
};

struct Scene {
  using Seconds = std::chrono::seconds;

  ManualClock clock;
  FixedKeys keys;
  std::unique_ptr<Store> store;
  std::vector<std::string> reported;
  Vault vault;

  explicit Scene(std::vector<std::string> secrets = {"secret"},
                 std::shared_ptr<stores::MemoryState> state = stores::make_memory_state())
      : keys{std::move(secrets)},
        store{stores::make_memory_store(std::move(state))},
        vault{*store, keys, clock,
              [this](std::string_view id, const Error&) { reported.emplace_back(id); }}
  {
  }

  [[nodiscard]] static std::unique_ptr<Scene> unlocked(std::vector<std::string> secrets = {
                                                           "secret"})
  {
    auto scene = std::make_unique<Scene>(std::move(secrets));
    REQUIRE(scene->vault.unlock(true));
    return scene;
  }

  // A task that is due now, or in a while.
  [[nodiscard]] StoredTask task(const std::string& id, Duration in = {}) const
  {
    StoredTask task;
    task.task.id = id;
    task.task.name = "true";
    task.task.argv = {"/bin/true"};
    task.task.trigger.at = clock.now() + in;
    task.progress.due = task.progress.moment = clock.now() + in;
    return task;
  }

  StoredTask add(const std::string& id, Duration in = {}) { return add(task(id, in)); }

  StoredTask add(StoredTask task)
  {
    const auto added = vault.add({&task, 1});
    REQUIRE(added.size() == 1);
    REQUIRE(added.front());
    return task;
  }

  [[nodiscard]] Demand demand(std::size_t limit = 10) const
  {
    Demand demand;
    demand.now = clock.now();
    demand.limit = limit;
    return demand;
  }

  std::vector<Reserved> reserve(std::size_t limit = 10)
  {
    auto reserved = vault.reserve_due(demand(limit));
    REQUIRE(reserved);
    return std::move(*reserved);
  }

  // As if the worker that holds reservations had died: their leases end.
  void let_leases_end() { clock.advance(Seconds{31}); }

  // Changes a record as somebody could who controls the store.
  void tamper(const std::string& id, const std::function<void(Record&)>& change)
  {
    auto record = store->lookup_task(id);
    REQUIRE(record);
    REQUIRE(store->delete_task(id, record->revision));
    change(*record);
    REQUIRE(store->add_task(*record));
  }

  Run run_of(const Reserved& reserved, RunState state = RunState::succeeded)
  {
    Run run;
    run.task = reserved.stored.task.id;
    run.fence = reserved.reservation.record.fence;
    run.state = state;
    run.start = run.end = clock.now();
    run.created = reserved.stored.progress.created;
    run.revision = reserved.stored.progress.revision;
    return run;
  }
};

}  // namespace asyncz::fakes
