// SPDX-License-Identifier: MIT
// What store.hpp promises of history and notes.
#include "stores/conformance/trial.hpp"

#include <algorithm>
#include <array>

namespace asyncz::stores::conformance {
namespace {

using namespace std::chrono_literals;

// Another handle, where that sees the same.
Store& reader_of_history(Trial& trial, Store& store)
{
  return trial.traits.shares_history ? trial.open() : store;
}

Store& reader_of_notes(Trial& trial, Store& store)
{
  return trial.traits.shares_notes ? trial.open() : store;
}

void newest_first(Trial& trial)
{
  const auto noon = trial.noon;
  auto& store = trial.open();
  for (std::uint64_t i = 0; i < 50; ++i) {
    trial.succeeds(store.record_run(run_of(i % 5, i, noon + std::chrono::seconds{i})),
                   "a run can be recorded");
  }
  std::vector<std::uint64_t> fences;
  const auto collect = [&](const Result<RunRecord>& run) {
    if (!trial.succeeds(run ? Status{} : Status{run.error()}, "a run can be read")) return false;
    trial.holds(*run == run_of(run->fence % 5, run->fence, noon + std::chrono::seconds{run->fence}),
                "a run comes back as it was recorded");
    fences.push_back(run->fence);
    return fences.size() < 20;
  };
  auto& from = reader_of_history(trial, store);
  trial.succeeds(from.runs({}, collect), "the history can be read");
  trial.holds(fences.size() == 20, "as many as the visitor wants");
  trial.holds(!fences.empty() && fences.front() == 49, "the newest is the first");
  trial.holds(std::is_sorted(fences.rbegin(), fences.rend()), "the others follow in order");

  fences.clear();
  trial.succeeds(from.runs({.task_tag = 3, .since = noon + 10s}, collect), "a part can be read");
  trial.holds(fences == std::vector<std::uint64_t>{48, 43, 38, 33, 28, 23, 18, 13},
              "those of one task from a time on");

  fences.clear();
  trial.succeeds(from.runs({.task_tag = 3, .since = {}, .above_fence = 38}, collect),
                 "later ones can be read");
  std::ranges::sort(fences);
  trial.holds(fences == std::vector<std::uint64_t>{43, 48}, "those of one task after a fence");
}

void found_by_task_and_fence(Trial& trial)
{
  auto& store = trial.open();
  trial.succeeds(store.add_task(record_of("a", trial.noon)), "a record can be added");
  const auto reservation = reserve_one(trial, store, trial.noon);
  constexpr std::uint64_t tag = 0xfedcba9876543210;
  const auto run = run_of(tag, reservation.record.fence, trial.noon);
  auto stretch = run;
  stretch.part = 1;
  trial.succeeds(store.record_run(run, &reservation), "its run can be recorded");
  trial.succeeds(store.record_run(stretch), "a stretch can be recorded");

  auto& from = reader_of_history(trial, store);
  const auto find = [&](std::uint64_t of_tag, std::uint64_t fence, std::uint32_t worker) {
    return from.find_run(of_tag, fence, worker);
  };
  trial.holds(trial.value(find(tag, run.fence, reservation.record.worker), "it is found") == run,
              "it is found by its worker");
  trial.holds(trial.value(find(tag, run.fence, 0), "it is found") == run, "and without");
  trial.fails(find(8, run.fence, 0), ErrorKind::not_found, "not another task's");
  trial.fails(find(tag, run.fence + 1, reservation.record.worker), ErrorKind::not_found,
              "not of another fence");
}

void recorded_again(Trial& trial)
{
  auto& store = trial.open();
  trial.succeeds(store.record_run(run_of(7, 1, trial.noon)), "a run can be recorded");
  trial.succeeds(store.record_run(run_of(7, 2, trial.noon)), "and another");
  auto again = run_of(7, 1, trial.noon);
  again.sealed.push_back('!');
  trial.succeeds(store.record_run(again), "a run can be recorded again");

  auto& from = reader_of_history(trial, store);
  trial.holds(trial.value(from.find_run(7, 1, 0), "it is found") == again, "the later one counts");
  std::vector<RunRecord> runs;
  const auto collect = [&](const Result<RunRecord>& run) {
    if (run && run->fence == 1) runs.push_back(*run);
    return bool{run};
  };
  trial.succeeds(from.runs({.task_tag = 7}, collect), "the history can be read");
  trial.holds(!runs.empty() && runs.front() == again, "the later one is visited first");
}

void kept_by_age_and_size(Trial& trial)
{
  const auto noon = trial.noon;
  auto& store = trial.open();
  const auto count = [&] {
    int runs = 0;
    trial.succeeds(store.runs({}, [&](const Result<RunRecord>&) { return ++runs > 0; }),
                   "the history can be read");
    return runs;
  };
  for (std::uint64_t i = 0; i < 20; ++i) {
    trial.succeeds(store.record_run(run_of(1, 100 + i, noon + std::chrono::seconds{i})),
                   "a run can be recorded");
  }
  trial.succeeds(store.prune_runs(noon + 5s, 1 << 20), "the history can be pruned");
  trial.holds(count() == 15, "what is older goes");
  trial.succeeds(store.prune_runs(noon, 1 << 20), "the history can be pruned");
  trial.holds(count() == 15, "what is not stays");
  trial.succeeds(store.prune_runs(noon, 0), "the history can be pruned");
  trial.holds(count() == 0, "what has no room goes");
  trial.succeeds(store.record_run(run_of(1, 200, noon)), "a run can be recorded");
  trial.holds(count() == 1, "the history goes on");
}

void notes_are_kept(Trial& trial)
{
  auto& store = trial.open();
  const auto note = [](std::string name, std::uint8_t content) {
    return Note{.kind = NoteKind::queue, .name = std::move(name), .content = {content}};
  };
  trial.succeeds(store.put_note(note("mail", 1)), "a note can be put");
  trial.succeeds(store.put_note(note("mail", 2)), "it can be replaced");
  auto& from = reader_of_notes(trial, store);
  trial.holds(
      trial.value(from.notes(NoteKind::queue), "notes answers") == std::vector{note("mail", 2)},
      "the later one is read");
  trial.succeeds(from.remove_note(NoteKind::queue, "mail"), "it can be removed");
  trial.succeeds(from.remove_note(NoteKind::queue, "mail"), "what is gone can be removed as well");
  trial.holds(trial.value(store.notes(NoteKind::queue), "notes answers").empty(), "it is gone");
}

void one_key(Trial& trial)
{
  auto& store = trial.open();
  const Note key{.kind = NoteKind::key, .name = "key", .content = {3}};
  trial.succeeds(store.put_note(key), "the key's id can be noted");
  trial.fails(store.put_note({.kind = NoteKind::key, .name = "key", .content = {4}}),
              ErrorKind::conflict, "another one is a conflict");
  auto& from = reader_of_notes(trial, store);
  trial.holds(trial.value(from.notes(NoteKind::key), "notes answers") == std::vector{key},
              "the first one stays");
  trial.succeeds(store.remove_note(NoteKind::key, "key"), "it can be removed");
}

void names_of_workers(Trial& trial)
{
  if (!trial.traits.shares_notes) return;
  auto& one = trial.open();
  auto& two = trial.open();
  const Note note{
      .kind = NoteKind::worker, .name = "host-1", .expires = trial.noon + 48h, .content = {1}};
  trial.succeeds(one.put_note(note), "a worker can put its note");
  trial.succeeds(one.put_note(note), "it can put it again");
  trial.fails(two.put_note(note), ErrorKind::conflict, "nobody else can");
  const auto seen = trial.value(two.notes(NoteKind::worker), "notes answers");
  trial.holds(
      seen.size() == 1 && seen.front().name == note.name && seen.front().content == note.content,
      "others see it");
  trial.succeeds(one.remove_note(NoteKind::worker, "host-1"), "it can remove it");
  trial.holds(trial.value(two.notes(NoteKind::worker), "").empty(), "it is gone");
  trial.succeeds(two.put_note(note), "the name is free again");
  trial.succeeds(two.remove_note(NoteKind::worker, "host-1"), "it can be removed");
}

constexpr std::array checks{
    Check{Group::history, "the history gives runs newest first", newest_first},
    Check{Group::history, "a run is found by its task and fence", found_by_task_and_fence},
    Check{Group::history, "a run that is recorded again counts as it was recorded last",
          recorded_again},
    Check{Group::history, "the history is kept by age and by size", kept_by_age_and_size},
    Check{Group::notes, "notes are put, replaced and removed", notes_are_kept},
    Check{Group::notes, "a store is sealed under one key", one_key},
    Check{Group::notes, "a live worker's name is its own", names_of_workers},
};

}  // namespace

std::span<const Check> journal_checks() { return checks; }

}  // namespace asyncz::stores::conformance
