// SPDX-License-Identifier: MIT
// What store.hpp promises to many processes, in code, beside stores/conformance. Linked with a
// harness for each store.
#include "fakes/child_process.hpp"
#include "stores/conformance.hpp"
#include "stores/records.hpp"
#include "stores/steps.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <map>
#include <string>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace std::chrono_literals;

TEST_CASE("many processes run each task once")
{
  const auto harness = make_harness();
  if (!harness->processes) return;
  constexpr std::size_t tasks = 150;
  std::vector<Record> records;
  for (std::size_t i = 0; i < tasks; ++i) records.push_back(record_of("t" + std::to_string(i)));
  for (const auto& status : harness->open()->add_tasks(records)) REQUIRE(status);

  const auto work = [&](const fakes::ChildProcess::Say& say) {
    const auto store = harness->open();
    for (;;) {
      auto reservations = store->reserve_due(demand_at(noon, 2));
      if (!reservations || reservations->empty()) return;
      for (auto& reservation : *reservations) {
        say(reservation.record.id);
        const Settlement settlement{&reservation, std::nullopt};
        if (!store->settle({&settlement, 1}).front()) say("lost");
      }
    }
  };
  fakes::ChildProcess one{work};
  fakes::ChildProcess two{work};
  fakes::ChildProcess three{work};
  std::map<std::string, int> runs;
  for (auto* child : {&one, &two, &three}) {
    for (auto id = child->line(); !id.empty(); id = child->line()) ++runs[id];
  }
  CHECK(runs.size() == tasks);
  for (const auto& run : runs) {
    CAPTURE(run.first);
    CHECK(run.second == 1);
  }
}

TEST_CASE("what a killed process had reserved is run by another, with a higher fence")
{
  const auto harness = make_harness();
  if (!harness->processes) return;
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  fakes::ChildProcess worker{[&](const fakes::ChildProcess::Say& say) {
    const auto reservations = harness->open()->reserve_due(demand_at(noon));
    say(reservations && reservations->size() == 1 ? "reserved" : "failed");
    ::pause();
  }};
  REQUIRE(worker.line() == "reserved");
  CHECK(count_due(*store, noon) == 0);
  worker.kill();
  const auto reservation = reserve_one(*store, harness->leases ? noon + 1min : noon + 1s);
  CHECK(reservation.record.fence == record_of("a").fence + 2);
}
