// SPDX-License-Identifier: MIT
// What store.hpp promises of history and notes, in code. Linked with a harness for each store.
#include "stores/conformance.hpp"
#include "stores/records.hpp"
#include "stores/steps.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace std::chrono_literals;

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

TEST_CASE("a run that is recorded again counts as it was recorded last")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->record_run(run_of(7, 1, noon)));
  REQUIRE(store->record_run(run_of(7, 2, noon)));
  auto again = run_of(7, 1, noon);
  again.sealed.push_back('!');
  REQUIRE(store->record_run(again));

  const auto reader = harness->journal ? harness->open() : nullptr;
  auto& from = reader ? *reader : *store;
  CHECK(*from.find_run(7, 1, 0) == again);
  std::vector<RunRecord> runs;
  REQUIRE(from.runs({.task_tag = 7}, [&](const Result<RunRecord>& run) {
    REQUIRE(run);
    if (run->fence == 1) runs.push_back(*run);
    return true;
  }));
  REQUIRE(!runs.empty());
  CHECK(runs.front() == again);
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
