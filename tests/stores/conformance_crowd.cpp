// SPDX-License-Identifier: MIT
// What store.hpp promises to many threads and processes, in code. Linked with a harness for each
// store.
#include "fakes/child_process.hpp"
#include "stores/conformance.hpp"
#include "stores/records.hpp"
#include "stores/steps.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace std::chrono_literals;

TEST_CASE("many workers run each task once")
{
  const auto harness = make_harness();
  constexpr std::size_t tasks = 200;
  std::vector<Record> records;
  for (std::size_t i = 0; i < tasks; ++i) records.push_back(record_of("t" + std::to_string(i)));
  for (const auto& status : harness->open()->add_tasks(records)) REQUIRE(status);

  std::vector<std::vector<std::string>> taken(4);
  std::vector<std::thread> threads;
  for (auto& mine : taken) {
    threads.emplace_back([&] {
      const auto store = harness->open();
      for (;;) {
        auto reservations = store->reserve_due(demand_at(noon, 3));
        if (!reservations || reservations->empty()) return;
        for (auto& reservation : *reservations) {
          mine.push_back(reservation.record.id);
          const Settlement settlement{&reservation, std::nullopt};
          if (!store->settle({&settlement, 1}).front()) mine.push_back("lost");
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::map<std::string, int> runs;
  for (const auto& mine : taken) {
    for (const auto& id : mine) ++runs[id];
  }
  CHECK(runs.size() == tasks);
  for (const auto& run : runs) {
    CAPTURE(run.first);
    CHECK(run.second == 1);
  }
}

TEST_CASE("the lanes of one object may be used by three threads at once")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  constexpr std::size_t tasks = 60;
  for (std::size_t i = 0; i < tasks; ++i) REQUIRE(store->add_task(record_of(std::to_string(i))));

  std::mutex mutex;
  std::vector<Reservation> running;
  std::vector<Reservation> ended;
  const auto hand_over = [&](std::vector<Reservation>& from, std::vector<Reservation>& to) {
    std::lock_guard lock{mutex};
    std::move(from.begin(), from.end(), std::back_inserter(to));
    from.clear();
  };
  std::atomic<std::size_t> settled_count = 0;
  std::atomic<bool> failed = false;

  std::thread claim{[&] {
    while (settled_count < tasks && !failed) {
      auto reservations = store->reserve_due(demand_at(noon, 4));
      failed = failed || !reservations || !store->next_moment(demand_at(noon)) || !store->changes();
      if (reservations) hand_over(*reservations, running);
    }
  }};
  std::thread journal{[&] {
    while (settled_count < tasks && !failed) {
      std::vector<Reservation> mine;
      hand_over(running, mine);
      for (const auto& reservation : mine) {
        const auto& record = reservation.record;
        const bool recorded = store->record_run(run_of(7, record.fence, noon)) &&
                              store->find_run(7, record.fence, record.worker);
        failed = failed || !recorded;
      }
      hand_over(mine, ended);
    }
  }};
  while (settled_count < tasks && !failed) {
    std::vector<Reservation> mine;
    hand_over(ended, mine);
    std::vector<Settlement> settlements;
    for (auto& reservation : mine) settlements.push_back({&reservation, std::nullopt});
    for (const auto& status : store->settle(settlements)) {
      failed = failed || !status;
      ++settled_count;
    }
    failed = failed || !store->put_note({.kind = NoteKind::worker, .name = "w"});
  }
  claim.join();
  journal.join();
  CHECK_FALSE(failed);
  CHECK(all_ids(*store).empty());
}

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
