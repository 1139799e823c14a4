// SPDX-License-Identifier: MIT
// What store.hpp promises, in code. Linked with a harness for each store.
#include "stores/conformance.hpp"

#include "fakes/child_process.hpp"
#include "stores/records.hpp"

#include <doctest/doctest.h>

#include <poll.h>

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

namespace {

template <class Outcome>
ErrorKind kind_of(const Outcome& outcome)
{
  REQUIRE_FALSE(outcome);
  return outcome.error().kind;
}

std::vector<std::string> ids_of(const std::vector<Record>& records)
{
  std::vector<std::string> ids;
  for (const auto& record : records) ids.push_back(record.id);
  return ids;
}

std::vector<std::string> ids_of(const std::vector<Reservation>& reservations)
{
  std::vector<std::string> ids;
  for (const auto& reservation : reservations) ids.push_back(reservation.record.id);
  return ids;
}

std::vector<std::string> all_ids(Store& store)
{
  std::vector<std::string> ids;
  REQUIRE(store.get_all_tasks([&](std::string_view id, const Result<Record>& record) {
    CHECK(record);
    ids.emplace_back(id);
    return true;
  }));
  return ids;
}

// The one reservation that is to be had.
Reservation reserve_one(Store& store, Instant now)
{
  auto reservations = store.reserve_due(demand_at(now));
  REQUIRE(reservations);
  REQUIRE(reservations->size() == 1);
  return std::move(reservations->front());
}

std::size_t count_due(Store& store, Instant now)
{
  const auto reservations = store.reserve_due(demand_at(now, 100));
  REQUIRE(reservations);
  return reservations->size();
}

// The record that a worker leaves behind after a run.
Record settled(const Reservation& reservation, Instant next)
{
  auto record = edited(reservation.record, "after the run");
  record.moment = next;
  return record;
}

Status settle_one(Store& store, Reservation& reservation, std::optional<Record> record)
{
  const Settlement settlement{&reservation, std::move(record)};
  return store.settle({&settlement, 1}).front();
}

bool becomes_readable(int fd)
{
  pollfd poll{.fd = fd, .events = POLLIN};
  return ::poll(&poll, 1, 5000) == 1;
}

}  // namespace

TEST_CASE("a record comes back as it was added")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  auto record = record_of("täglich@1700000000000000", noon + 1us, "mail", -9);
  record.sealed = {0, 1, 2, 255, 0};
  REQUIRE(store->add_task(record));
  const auto found = harness->open()->lookup_task(record.id);
  REQUIRE(found);
  CHECK(*found == record);
}

TEST_CASE("an id is given once")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  CHECK(kind_of(harness->open()->add_task(record_of("a", noon + 1s))) == ErrorKind::conflict);
  CHECK(store->lookup_task("a")->moment == noon);
  CHECK(kind_of(store->lookup_task("b")) == ErrorKind::not_found);
}

TEST_CASE("an update needs the revision that is stored")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  const auto record = record_of("a");
  CHECK(kind_of(store->update_task(record)) == ErrorKind::not_found);
  REQUIRE(store->add_task(record));

  const auto first = edited(record, "first");
  REQUIRE(store->update_task(first));
  CHECK(kind_of(harness->open()->update_task(edited(record, "late"))) == ErrorKind::conflict);
  CHECK(*store->lookup_task("a") == first);

  auto backwards = edited(first, "a lower fence");
  backwards.fence = first.fence - 1;
  CHECK(kind_of(store->update_task(backwards)) == ErrorKind::conflict);
}

TEST_CASE("a removal needs the revision that is stored")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  const auto record = record_of("a");
  REQUIRE(store->add_task(record));
  CHECK(kind_of(store->delete_task("a", record.revision - 1)) == ErrorKind::conflict);
  REQUIRE(store->delete_task("a", record.revision));
  CHECK(kind_of(store->delete_task("a", record.revision)) == ErrorKind::not_found);
  CHECK(kind_of(store->lookup_task("a")) == ErrorKind::not_found);
  CHECK(store->add_task(record));
}

TEST_CASE("of many that change one record at a revision, one succeeds")
{
  const auto harness = make_harness();
  const auto record = record_of("a");
  REQUIRE(harness->open()->add_task(record));

  std::vector<Status> statuses(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto store = harness->open();
      statuses[i] = i == 0 ? store->delete_task("a", record.revision)
                           : store->update_task(edited(record, std::to_string(i)));
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(std::count_if(statuses.begin(), statuses.end(), [](const Status& s) { return bool{s}; }) ==
        1);
}

TEST_CASE("a batch gives a status for each record")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("taken")));
  std::vector<Record> records;
  for (int i = 0; i < 300; ++i) records.push_back(record_of("b" + std::to_string(i)));
  records[150].id = "taken";
  const auto statuses = store->add_tasks(records);
  REQUIRE(statuses.size() == records.size());
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    CAPTURE(i);
    CHECK(bool{statuses[i]} == (i != 150));
  }
  CHECK(kind_of(statuses[150]) == ErrorKind::conflict);
  CHECK(all_ids(*harness->open()).size() == 300);
}

TEST_CASE("tasks are visited by moment, paused last, then id, until the visitor has enough")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  for (const auto& record :
       {record_of("paused", never), record_of("b"), record_of("late", noon + 9s), record_of("a"),
        record_of("early", noon - 9s)}) {
    REQUIRE(store->add_task(record));
  }
  CHECK(all_ids(*store) == std::vector<std::string>{"early", "a", "b", "late", "paused"});
  int visits = 0;
  REQUIRE(
      store->get_all_tasks([&](std::string_view, const Result<Record>&) { return ++visits < 2; }));
  CHECK(visits == 2);
}

TEST_CASE("all tasks can be removed")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  REQUIRE(store->add_task(record_of("b", never)));
  REQUIRE(store->remove_all_tasks());
  CHECK(all_ids(*store).empty());
}

TEST_CASE("ids are found by how they begin")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  for (const auto* id : {"backup-1", "backup-2", "back", "other"}) {
    REQUIRE(store->add_task(record_of(id)));
  }
  auto found = store->ids_with_prefix("backup", 9);
  REQUIRE(found);
  std::sort(found->begin(), found->end());
  CHECK(*found == std::vector<std::string>{"backup-1", "backup-2"});
  CHECK(store->ids_with_prefix("b", 2)->size() == 2);
  CHECK(store->ids_with_prefix("x", 2)->empty());
}

TEST_CASE("what is due comes by priority, then moment, then id")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  for (const auto& record :
       {record_of("b"), record_of("a"), record_of("old", noon - 1h),
        record_of("first", noon, "q", 9), record_of("last", noon - 2h, "q", -9),
        record_of("future", noon + 1us), record_of("paused", never),
        record_of("boot", instant_of(0), "@boot")}) {
    REQUIRE(store->add_task(record));
  }
  const auto due = store->get_due_tasks(demand_at(noon, 10));
  REQUIRE(due);
  CHECK(ids_of(*due) == std::vector<std::string>{"first", "old", "a", "b", "last"});
  CHECK(store->get_due_tasks(demand_at(noon, 2))->size() == 2);
  CHECK(*store->get_next_run_time(demand_at(noon)) == noon - 2h);
}

TEST_CASE("a demand for queues takes as many of each as it says, and none of a paused one")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  for (const auto& record :
       {record_of("m1", noon - 3s, "mail"), record_of("m2", noon - 2s, "mail"),
        record_of("d1", noon - 1s), record_of("boot", instant_of(0), "@boot")}) {
    REQUIRE(store->add_task(record));
  }
  auto demand = demand_at(noon, 10);
  demand.only = std::vector<QueueShare>{{"mail", 1}, {"default", 5}};
  CHECK(ids_of(*store->get_due_tasks(demand)) == std::vector<std::string>{"m1", "d1"});
  CHECK(*store->get_next_run_time(demand) == noon - 3s);
  CHECK(ids_of(*store->reserve_due(demand)) == std::vector<std::string>{"m1", "d1"});

  demand.only = std::vector<QueueShare>{{"@boot", 5}};
  CHECK(ids_of(*store->reserve_due(demand)) == std::vector<std::string>{"boot"});

  auto paused = demand_at(noon, 10);
  paused.except = {"mail"};
  CHECK(*harness->open()->get_next_run_time(paused) >= noon - 1s);
}

TEST_CASE("a reservation raises fence and revision and leaves the sealed bytes")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  const auto record = record_of("a");
  REQUIRE(store->add_task(record));
  const auto reservation = reserve_one(*store, noon);
  CHECK(reservation.record.fence == record.fence + 1);
  CHECK(reservation.record.revision == record.revision + 1);
  CHECK(reservation.record.sealed == record.sealed);
  CHECK(*harness->open()->lookup_task("a") == reservation.record);
}

TEST_CASE("what is reserved is nobody else's until it is settled")
{
  const auto harness = make_harness();
  const auto one = harness->open();
  const auto two = harness->open();
  REQUIRE(one->add_task(record_of("a")));
  auto reservation = reserve_one(*one, noon);
  CHECK(count_due(*two, noon + 1s) == 0);
  CHECK(count_due(*one, noon + 1s) == 0);

  const auto next = settled(reservation, noon + 1h);
  REQUIRE(settle_one(*one, reservation, next));
  CHECK(*two->lookup_task("a") == next);
  CHECK(count_due(*two, noon + 1h - 1us) == 0);
  CHECK(reserve_one(*two, noon + 1h).record.fence == next.fence + 1);
}

TEST_CASE("a run that was the last removes its task")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  auto reservation = reserve_one(*store, noon);
  REQUIRE(settle_one(*store, reservation, std::nullopt));
  CHECK(kind_of(store->lookup_task("a")) == ErrorKind::not_found);
  CHECK(kind_of(settle_one(*store, reservation, std::nullopt)) == ErrorKind::not_found);
}

TEST_CASE("an edit during a run keeps the reservation")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  const auto user = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  auto reservation = reserve_one(*store, noon);

  const auto edit = edited(reservation.record, "edited");
  REQUIRE(user->update_task(edit));
  Reservation* const held = &reservation;
  CHECK(kind_of(store->extend({&held, 1}, noon + 1min).front()) == ErrorKind::conflict);
  CHECK(kind_of(settle_one(*store, reservation, settled(reservation, noon + 1h))) ==
        ErrorKind::conflict);

  const auto again = store->lookup_task("a");
  REQUIRE(again);
  CHECK(*again == edit);
  CHECK(again->fence == reservation.record.fence);
  CHECK(count_due(*user, noon + 1s) == 0);

  reservation.record = *again;
  CHECK(settle_one(*store, reservation, settled(reservation, noon + 1h)));
}

TEST_CASE("a task that is removed during its run is settled as lost")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  auto reservation = reserve_one(*store, noon);
  REQUIRE(harness->open()->delete_task("a", reservation.record.revision));
  CHECK(kind_of(settle_one(*store, reservation, settled(reservation, noon + 1h))) ==
        ErrorKind::not_found);
  CHECK(all_ids(*store).empty());
}

TEST_CASE("settlements in one call have each their own status")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  for (int i = 0; i < 12; ++i) REQUIRE(store->add_task(record_of("t" + std::to_string(i))));
  auto reservations = store->reserve_due(demand_at(noon, 12));
  REQUIRE(reservations);
  REQUIRE(reservations->size() == 12);
  auto& changed = (*reservations)[5];
  REQUIRE(store->update_task(edited(changed.record, "edited")));

  std::vector<Settlement> settlements;
  for (std::size_t i = 0; i < reservations->size(); ++i) {
    auto& reservation = (*reservations)[i];
    settlements.push_back(
        {&reservation, i % 2 == 0 ? std::nullopt : std::optional{settled(reservation, noon + 1h)}});
  }
  const auto statuses = store->settle(settlements);
  REQUIRE(statuses.size() == 12);
  for (std::size_t i = 0; i < statuses.size(); ++i) CHECK(bool{statuses[i]} == (i != 5));
  CHECK(all_ids(*store).size() == 6);
}

TEST_CASE("one task can be reserved by its id, whatever its moment")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a", never)));
  CHECK(kind_of(store->reserve("b", demand_at(noon))) == ErrorKind::not_found);
  auto reservation = store->reserve("a", demand_at(noon));
  REQUIRE(reservation);
  CHECK(reservation->record.fence == record_of("a").fence + 1);
  CHECK(settle_one(*store, *reservation, settled(*reservation, never)));
  CHECK(store->reserve("a", demand_at(noon)));
}

TEST_CASE("what is ignored is not handed out again until it changes")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("bad")));
  store->ignore(reserve_one(*store, noon));
  const auto later = noon + 1h;
  CHECK(count_due(*store, later) == 0);
  CHECK(*store->next_moment(demand_at(later)) == never);

  REQUIRE(store->add_task(record_of("good", noon)));
  REQUIRE(store->changes());
  CHECK(ids_of(*store->reserve_due(demand_at(later, 5))) == std::vector<std::string>{"good"});

  const auto bad = store->lookup_task("bad");
  REQUIRE(bad);
  auto mended = edited(*bad, "mended");
  mended.moment = noon;
  REQUIRE(store->update_task(mended));
  REQUIRE(store->changes());
  CHECK(count_due(*store, later) == 1);
}

TEST_CASE("a lease that ended is the next worker's, and the one before can no longer settle")
{
  const auto harness = make_harness();
  if (!harness->leases) return;
  const auto one = harness->open();
  const auto two = harness->open();
  REQUIRE(one->add_task(record_of("a")));
  auto stale = reserve_one(*one, noon);
  CHECK(count_due(*two, stale.until - 1us) == 0);
  auto fresh = reserve_one(*two, stale.until);
  CHECK(fresh.record.fence == stale.record.fence + 1);
  Reservation* const held = &stale;
  CHECK(kind_of(one->extend({&held, 1}, noon + 1h).front()) == ErrorKind::conflict);
  CHECK(kind_of(settle_one(*one, stale, std::nullopt)) == ErrorKind::conflict);
  CHECK(kind_of(settle_one(*one, stale, settled(stale, noon))) == ErrorKind::conflict);
  CHECK(settle_one(*two, fresh, std::nullopt));
}

TEST_CASE("a lease that is extended lasts")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  auto reservation = reserve_one(*store, noon);
  Reservation* const held = &reservation;
  REQUIRE(store->extend({&held, 1}, noon + 10min).front());
  CHECK(count_due(*harness->open(), noon + 10min - 1us) == 0);
  CHECK(settle_one(*store, reservation, settled(reservation, noon + 1h)));
}

TEST_CASE("a change wakes who watches, and says what has changed")
{
  const auto harness = make_harness();
  if (!harness->watches) return;
  const auto watching = harness->open();
  const auto other = harness->open();
  const auto fd = watching->watch();
  REQUIRE(fd);
  REQUIRE(watching->changes());

  REQUIRE(other->add_task(record_of("a")));
  REQUIRE(becomes_readable(*fd));
  auto changes = watching->changes();
  REQUIRE(changes);
  CHECK(changes->ids == std::vector<std::string>{"a"});
  CHECK(*watching->next_moment(demand_at(noon)) == noon);

  REQUIRE(other->update_task(edited(record_of("a", noon + 1h), "later")));
  REQUIRE(becomes_readable(*fd));
  REQUIRE(watching->changes());
  CHECK(*watching->next_moment(demand_at(noon)) == noon + 1h);

  REQUIRE(other->delete_task("a", 1001));
  REQUIRE(becomes_readable(*fd));
  CHECK(watching->changes()->ids == std::vector<std::string>{"a"});
  CHECK(*watching->next_moment(demand_at(noon)) == never);
}

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
  for (const auto& [id, count] : runs) {
    CAPTURE(id);
    CHECK(count == 1);
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
  for (const auto& [id, count] : runs) {
    CAPTURE(id);
    CHECK(count == 1);
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

TEST_CASE("the history gives runs newest first")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  for (std::uint64_t i = 0; i < 50; ++i) {
    REQUIRE(store->record_run(run_of(i % 5, i, noon + std::chrono::seconds{i})));
  }
  const auto reader = harness->journal ? harness->open() : nullptr;
  auto& from = reader ? *reader : *store;

  std::vector<std::uint64_t> fences;
  const auto collect = [&](const Result<RunRecord>& run) {
    REQUIRE(run);
    CHECK(*run == run_of(run->fence % 5, run->fence, noon + std::chrono::seconds{run->fence}));
    fences.push_back(run->fence);
    return fences.size() < 20;
  };
  REQUIRE(from.runs({}, collect));
  CHECK(fences.size() == 20);
  CHECK(fences.front() == 49);
  CHECK(std::is_sorted(fences.rbegin(), fences.rend()));

  fences.clear();
  REQUIRE(from.runs({.task_tag = 3, .since = noon + 10s}, collect));
  CHECK(fences == std::vector<std::uint64_t>{48, 43, 38, 33, 28, 23, 18, 13});
}

TEST_CASE("a run is found by its task and fence")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  const auto reservation = reserve_one(*store, noon);
  const auto run = run_of(7, reservation.record.fence, noon);
  auto stretch = run;
  stretch.part = 1;
  REQUIRE(store->record_run(run));
  REQUIRE(store->record_run(stretch));

  const auto reader = harness->journal ? harness->open() : nullptr;
  auto& from = reader ? *reader : *store;
  const auto found = from.find_run(7, run.fence, reservation.record.worker);
  REQUIRE(found);
  CHECK(*found == run);
  CHECK(*from.find_run(7, run.fence, 0) == run);
  CHECK(kind_of(from.find_run(8, run.fence, 0)) == ErrorKind::not_found);
  CHECK(kind_of(from.find_run(7, run.fence + 1, reservation.record.worker)) ==
        ErrorKind::not_found);
}

TEST_CASE("the history is kept by age and by size")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  const auto count = [&] {
    int runs = 0;
    REQUIRE(store->runs({}, [&](const Result<RunRecord>&) { return ++runs > 0; }));
    return runs;
  };
  for (std::uint64_t i = 0; i < 20; ++i) {
    REQUIRE(store->record_run(run_of(1, 100 + i, noon + std::chrono::seconds{i})));
  }
  REQUIRE(store->prune_runs(noon + 5s, 1 << 20));
  CHECK(count() == 15);
  REQUIRE(store->prune_runs(noon, 1 << 20));
  CHECK(count() == 15);
  REQUIRE(store->prune_runs(noon, 0));
  CHECK(count() == 0);
  REQUIRE(store->record_run(run_of(1, 200, noon)));
  CHECK(count() == 1);
}

TEST_CASE("notes are put, replaced and removed")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  const auto note = [](NoteKind kind, std::string name, std::uint8_t content) {
    return Note{.kind = kind, .name = std::move(name), .content = {content}};
  };
  REQUIRE(store->put_note(note(NoteKind::queue, "mail", 1)));
  REQUIRE(store->put_note(note(NoteKind::queue, "mail", 2)));
  REQUIRE(store->put_note(note(NoteKind::key, "key", 3)));
  CHECK(kind_of(store->put_note(note(NoteKind::key, "key", 4))) == ErrorKind::conflict);

  const auto reader = harness->journal ? harness->open() : nullptr;
  auto& from = reader ? *reader : *store;
  CHECK(*from.notes(NoteKind::queue) == std::vector{note(NoteKind::queue, "mail", 2)});
  CHECK(*from.notes(NoteKind::key) == std::vector{note(NoteKind::key, "key", 3)});
  REQUIRE(from.remove_note(NoteKind::queue, "mail"));
  CHECK(store->notes(NoteKind::queue)->empty());
}

TEST_CASE("a live worker's name is its own")
{
  const auto harness = make_harness();
  if (!harness->journal) return;
  const auto one = harness->open();
  const auto two = harness->open();
  const Note note{.kind = NoteKind::worker, .name = "host-1", .content = {1}};
  REQUIRE(one->put_note(note));
  REQUIRE(one->put_note(note));
  CHECK(kind_of(two->put_note(note)) == ErrorKind::conflict);
  CHECK(*two->notes(NoteKind::worker) == std::vector{note});
  REQUIRE(one->remove_note(NoteKind::worker, "host-1"));
  CHECK(two->notes(NoteKind::worker)->empty());
  CHECK(two->put_note(note));
}
