// SPDX-License-Identifier: MIT
// What store.hpp promises of records.
#include "stores/conformance/trial.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <tuple>

namespace asyncz::stores::conformance {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

void comes_back(Trial& trial)
{
  auto record = record_of("täglich@1700000000000000", trial.noon + 1us, "mail", -9);
  record.sealed = {0, 1, 2, 255, 0};
  trial.succeeds(trial.open().add_task(record), "a record can be added");
  const auto found = trial.value(trial.open().lookup_task(record.id), "it is found");
  trial.holds(found == record, "it is the same");
}

void large_ones_come_back(Trial& trial)
{
  auto record = record_of("large", trial.noon);
  record.sealed.assign(std::size_t{3} << 19, 0);
  for (std::size_t i = 0; i < record.sealed.size(); ++i) {
    record.sealed[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  }
  trial.succeeds(trial.open().add_task(record), "one and a half mebibytes can be added");
  const auto found = trial.value(trial.open().lookup_task(record.id), "they are found");
  trial.holds(found == record, "they are the same");
}

void given_once(Trial& trial)
{
  auto& store = trial.open();
  trial.succeeds(store.add_task(record_of("a", trial.noon)), "a record can be added");
  trial.fails(trial.open().add_task(record_of("a", trial.noon + 1s)), ErrorKind::conflict,
              "a second one of its id is a conflict");
  trial.holds(trial.value(store.lookup_task("a"), "it is found").moment == trial.noon,
              "the first one stays");
  trial.fails(store.lookup_task("b"), ErrorKind::not_found, "an unknown id is not found");
}

void ids_are_compared_by_bytes(Trial& trial)
{
  auto& store = trial.open();
  for (const auto* id : {"a", "A", "ä", "a "}) {
    trial.succeeds(store.add_task(record_of(id, trial.noon)), "ids that differ in a byte differ");
  }
  trial.holds(all_ids(trial, store) == Ids{"A", "a", "a ", "ä"}, "they are ordered by bytes");
  trial.holds(trial.value(store.lookup_task("A"), "it is found").id == "A", "case counts");
}

void update_needs_the_revision(Trial& trial)
{
  auto& store = trial.open();
  const auto record = record_of("a", trial.noon);
  trial.fails(store.update_task(record), ErrorKind::not_found, "no record, no update");
  trial.succeeds(store.add_task(record), "a record can be added");

  const auto first = edited(record, "first");
  trial.succeeds(store.update_task(first), "the next revision replaces it");
  trial.fails(trial.open().update_task(edited(record, "late")), ErrorKind::conflict,
              "the same revision again is a conflict");
  trial.holds(trial.value(store.lookup_task("a"), "it is found") == first, "the first one stays");

  auto backwards = edited(first, "a lower fence");
  backwards.fence = first.fence - 1;
  trial.fails(store.update_task(backwards), ErrorKind::conflict, "a fence never falls");
  auto ahead = edited(edited(first, ""), "a revision left out");
  trial.fails(store.update_task(ahead), ErrorKind::conflict, "no revision is left out");
}

void update_changes_everything(Trial& trial)
{
  auto& store = trial.open();
  trial.succeeds(store.add_task(record_of("a", trial.noon)), "a record can be added");
  auto changed = edited(record_of("a", never, "mail", 9), "everything");
  changed.fence += 3;
  trial.succeeds(store.update_task(changed), "all fields can be changed");
  trial.holds(trial.value(trial.open().lookup_task("a"), "it is found") == changed,
              "they are the new ones");
}

void removal_needs_the_revision(Trial& trial)
{
  auto& store = trial.open();
  const auto record = record_of("a", trial.noon);
  trial.succeeds(store.add_task(record), "a record can be added");
  trial.fails(store.delete_task("a", record.revision - 1), ErrorKind::conflict,
              "another revision is a conflict");
  trial.succeeds(store.delete_task("a", record.revision), "its revision removes it");
  trial.fails(store.delete_task("a", record.revision), ErrorKind::not_found, "it is gone");
  trial.fails(store.lookup_task("a"), ErrorKind::not_found, "it is not found any more");
  trial.succeeds(store.add_task(record), "its id can be used again");
}

void one_of_many_succeeds(Trial& trial)
{
  const auto record = record_of("a", trial.noon);
  trial.succeeds(trial.open().add_task(record), "a record can be added");
  std::array<Status, 4> statuses;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back([&, i] {
      auto& store = trial.open();
      statuses[i] = i == 0 ? store.delete_task("a", record.revision)
                           : store.update_task(edited(record, std::to_string(i)));
    });
  }
  for (auto& thread : threads) thread.join();
  trial.holds(std::count_if(statuses.begin(), statuses.end(),
                            [](const Status& status) { return bool{status}; }) == 1,
              "one of four changes at a time succeeds");
}

void batch_has_a_status_each(Trial& trial)
{
  auto& store = trial.open();
  trial.succeeds(store.add_task(record_of("taken", trial.noon)), "a record can be added");
  std::vector<Record> records;
  for (int i = 0; i < 300; ++i) records.push_back(record_of("b" + std::to_string(i), trial.noon));
  records[150].id = "taken";
  const auto statuses = store.add_tasks(records);
  trial.holds(statuses.size() == records.size(), "there is a status for each");
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    if (i != 150) trial.succeeds(statuses[i], "each new one is added");
    if (i == 150) trial.fails(statuses[i], ErrorKind::conflict, "the taken id is a conflict");
  }
  trial.holds(all_ids(trial, trial.open()).size() == 300, "all are there");
}

void visited_in_order(Trial& trial)
{
  auto& store = trial.open();
  const auto noon = trial.noon;
  for (const auto& record :
       {record_of("paused", never), record_of("b", noon), record_of("late", noon + 9s),
        record_of("a", noon), record_of("early", noon - 9s), record_of("first", instant_of(-1))}) {
    trial.succeeds(store.add_task(record), "a record can be added");
  }
  trial.holds(all_ids(trial, store) == Ids{"first", "early", "a", "b", "late", "paused"},
              "they come by moment, then id, those without a moment last");
  int visits = 0;
  trial.succeeds(
      store.get_all_tasks([&](std::string_view, const Result<Record>&) { return ++visits < 2; }),
      "a visitor may stop");
  trial.holds(visits == 2, "it is not called any more then");
  trial.holds(trial.value(store.lookup_task("a"), "the store can be asked on").id == "a",
              "it answers as before");
}

// More than a store reads at once, in queues and priorities that have nothing to do with the order.
void many_are_visited(Trial& trial)
{
  constexpr int count = 700;
  std::vector<Record> records;
  Ids expected;
  for (int i = 0; i < count; ++i) {
    const auto id = "t" + std::to_string(10'000 + i);
    const auto moment = trial.noon + std::chrono::milliseconds{i / 3};
    records.push_back(
        record_of(id, i < count - 100 ? moment : never, i % 5 == 0 ? "mail" : "a", i % 7 - 3));
    expected.push_back(id);
  }
  auto& store = trial.open();
  for (std::size_t i = 0; i < records.size(); i += 97)
    std::swap(records[i], records[count - 1 - i]);
  for (const auto& status : store.add_tasks(records)) {
    trial.succeeds(status, "a record can be added");
  }
  trial.holds(all_ids(trial, store) == expected, "each is visited once, in order");

  Ids seen;
  auto& other = trial.open();
  const auto visited = store.get_all_tasks([&](std::string_view id, const Result<Record>& record) {
    if (seen.empty()) {
      // Another process goes on with its work meanwhile.
      auto moved = record_of(expected[1], trial.noon + 1h);
      ++moved.revision;
      trial.succeeds(other.update_task(moved), "a task can be moved meanwhile");
      trial.succeeds(other.delete_task(expected.back(), record_of("", never).revision),
                     "and another removed");
    }
    trial.succeeds(record ? Status{} : Status{record.error()}, "each record can be read");
    seen.emplace_back(id);
    return true;
  });
  trial.succeeds(visited, "get_all_tasks visits");
  std::ranges::sort(seen);
  trial.holds(std::ranges::adjacent_find(seen) == seen.end(), "none is visited twice");
  expected.pop_back();
  trial.holds(std::ranges::includes(seen, expected), "what stays is not left out");
}

void all_are_removed(Trial& trial)
{
  auto& store = trial.open();
  trial.succeeds(store.add_task(record_of("a", trial.noon)), "a record can be added");
  trial.succeeds(store.add_task(record_of("b", never)), "a record can be added");
  trial.succeeds(store.remove_all_tasks(), "all can be removed");
  trial.holds(all_ids(trial, store).empty(), "none is left");
  trial.holds(trial.value(store.get_next_run_time(demand_at(trial.noon)), "") == never,
              "there is no next run time");
}

void found_by_prefix(Trial& trial)
{
  auto& store = trial.open();
  for (const auto* id : {"backup-1", "backup-2", "back", "other", "b%", "b_x"}) {
    trial.succeeds(store.add_task(record_of(id, trial.noon)), "a record can be added");
  }
  const auto found = [&](std::string_view prefix, std::size_t limit) {
    auto ids = trial.value(store.ids_with_prefix(prefix, limit), "ids_with_prefix answers");
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  trial.holds(found("backup", 9) == Ids{"backup-1", "backup-2"}, "ids are found by prefix");
  trial.holds(found("b", 2).size() == 2, "not more than asked for");
  trial.holds(found("x", 2).empty(), "nothing where nothing begins so");
  trial.holds(found("b%", 9) == Ids{"b%"} && found("b_", 9) == Ids{"b_x"}, "no letter is special");
}

void due_in_order(Trial& trial)
{
  auto& store = trial.open();
  const auto noon = trial.noon;
  for (const auto& record :
       {record_of("b", noon), record_of("a", noon), record_of("old", noon - 1h),
        record_of("first", noon, "q", 9), record_of("last", noon - 2h, "q", -9),
        record_of("future", noon + 1us), record_of("paused", never),
        record_of("boot", instant_of(0), "@boot")}) {
    trial.succeeds(store.add_task(record), "a record can be added");
  }
  const auto due = trial.value(store.get_due_tasks(demand_at(noon, 10)), "get_due_tasks answers");
  trial.holds(ids_of(due) == Ids{"first", "old", "a", "b", "last"},
              "what is due comes by priority, then moment, then id");
  trial.holds(trial.value(store.get_due_tasks(demand_at(noon, 2)), "").size() == 2,
              "not more than asked for");
  trial.holds(trial.value(store.get_next_run_time(demand_at(noon)), "it answers") == noon - 2h,
              "the next run time is the earliest moment");
}

void microseconds_count(Trial& trial)
{
  auto& store = trial.open();
  const auto noon = trial.noon;
  for (const auto& [id, us] : {std::pair{"c", 400}, {"a", 402}, {"b", 401}}) {
    trial.succeeds(store.add_task(record_of(id, noon + std::chrono::microseconds{us})),
                   "it is added");
  }
  const auto due_at = [&](Duration after) {
    return ids_of(trial.value(store.get_due_tasks(demand_at(noon + after, 10)), "it answers"));
  };
  trial.holds(due_at(399us).empty(), "nothing is due before its microsecond");
  trial.holds(due_at(401us) == Ids{"c", "b"}, "what is due at its microsecond");
  trial.holds(due_at(1s) == Ids{"c", "b", "a"}, "they come in the order of microseconds");
}

// Of three with the same moment one is moved; the others stay as they were.
void moved_in_order(Trial& trial)
{
  auto& store = trial.open();
  const auto noon = trial.noon;
  for (const auto& [moved, to, order] : {std::tuple{"a", noon - 1s, Ids{"a", "b", "c"}},
                                         {"b", noon - 1s, Ids{"b", "a", "c"}},
                                         {"c", noon - 1s, Ids{"c", "a", "b"}},
                                         {"a", never, Ids{"b", "c", "a"}},
                                         {"b", never, Ids{"a", "c", "b"}},
                                         {"c", never, Ids{"a", "b", "c"}}}) {
    for (const auto* id : {"a", "b", "c"}) {
      trial.succeeds(store.add_task(record_of(id, noon)), "a record can be added");
    }
    auto record = record_of(moved, to);
    ++record.revision;
    trial.succeeds(store.update_task(record), "one of three can be moved");
    trial.holds(all_ids(trial, store) == order, "it stands where its moment says");
    const auto due = trial.value(store.get_due_tasks(demand_at(noon, 9)), "it answers");
    trial.holds(due.size() == (to == never ? 2U : 3U), "without a moment it is not due");
    trial.holds(
        trial.value(store.get_next_run_time(demand_at(noon)), "it answers") == std::min(noon, to),
        "the next run time follows");
    trial.succeeds(store.remove_all_tasks(), "all can be removed");
  }
}

void due_of_queues(Trial& trial)
{
  auto& store = trial.open();
  const auto noon = trial.noon;
  for (const auto& record :
       {record_of("m1", noon - 3s, "mail"), record_of("m2", noon - 2s, "mail"),
        record_of("d1", noon - 1s), record_of("boot", instant_of(0), "@boot")}) {
    trial.succeeds(store.add_task(record), "a record can be added");
  }
  auto demand = demand_at(noon, 10);
  demand.only = std::vector<QueueShare>{{"mail", 1}, {"default", 5}};
  trial.holds(ids_of(trial.value(store.get_due_tasks(demand), "")) == Ids{"m1", "d1"},
              "as many of a queue are due as are wanted of it");
  trial.holds(trial.value(store.get_next_run_time(demand), "") == noon - 3s,
              "the next run time is that of these queues");
  trial.holds(ids_of(trial.value(store.reserve_due(demand), "")) == Ids{"m1", "d1"},
              "as many are reserved");
  demand.only = std::vector<QueueShare>{{"@boot", 5}};
  trial.holds(ids_of(trial.value(store.reserve_due(demand), "")) == Ids{"boot"},
              "a queue with @ is given when it is named");
  auto paused = demand_at(noon, 10);
  paused.except = {"mail"};
  trial.holds(trial.value(trial.open().get_next_run_time(paused), "") >= noon - 1s,
              "a paused queue has no next run time");
}

constexpr std::array checks{
    Check{Group::records, "a record comes back as it was added", comes_back},
    Check{Group::records, "so does a large one", large_ones_come_back},
    Check{Group::records, "an id is given once", given_once},
    Check{Group::records, "ids are compared byte by byte", ids_are_compared_by_bytes},
    Check{Group::records, "an update needs the revision that is stored", update_needs_the_revision},
    Check{Group::records, "an update changes everything but the id", update_changes_everything},
    Check{Group::records, "a removal needs the revision that is stored",
          removal_needs_the_revision},
    Check{Group::records, "of many that change one record at a revision, one succeeds",
          one_of_many_succeeds},
    Check{Group::records, "a batch gives a status for each record", batch_has_a_status_each},
    Check{Group::records, "tasks are visited in order, until the visitor has enough",
          visited_in_order},
    Check{Group::records, "a thousand are visited once each, whatever moves meanwhile",
          many_are_visited},
    Check{Group::records, "all tasks can be removed", all_are_removed},
    Check{Group::records, "ids are found by how they begin", found_by_prefix},
    Check{Group::records, "what is due comes by priority, then moment, then id", due_in_order},
    Check{Group::records, "microseconds count", microseconds_count},
    Check{Group::records, "a record that is moved stands where its moment says", moved_in_order},
    Check{Group::records, "a demand for queues takes as many of each as it says", due_of_queues},
};

}  // namespace

std::span<const Check> record_checks() { return checks; }

}  // namespace asyncz::stores::conformance
