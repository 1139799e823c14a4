// SPDX-License-Identifier: MIT
// What store.hpp promises of records, in code. Linked with a harness for each store.
#include "stores/conformance.hpp"
#include "stores/records.hpp"
#include "stores/steps.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace std::chrono_literals;

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
