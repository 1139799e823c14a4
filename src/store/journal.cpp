// SPDX-License-Identifier: MIT
#include "store/journal.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace asyncz {

void Journal::record_run(const RunRecord& run)
{
  const std::lock_guard lock{mutex_};
  runs_.push_back(run);
}

Result<RunRecord> Journal::find_run(std::uint64_t task_tag, std::uint64_t fence) const
{
  const std::lock_guard lock{mutex_};
  const auto found = std::find_if(runs_.rbegin(), runs_.rend(), [&](const RunRecord& run) {
    return run.task_tag == task_tag && run.fence == fence && run.part == 0;
  });
  if (found == runs_.rend())
    return Error{ErrorKind::not_found, "the history holds no such run", {}};
  return *found;
}

void Journal::runs(const RunQuery& query, const Store::VisitRun& visit) const
{
  std::vector<RunRecord> chosen;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& run : runs_) {
      if (query.task_tag && run.task_tag != *query.task_tag) continue;
      if (query.since && run.recorded < *query.since) continue;
      if (query.above_fence && run.fence <= *query.above_fence) continue;
      chosen.push_back(run);
    }
  }
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const RunRecord& a, const RunRecord& b) { return a.recorded < b.recorded; });
  for (auto run = chosen.rbegin(); run != chosen.rend(); ++run) {
    if (!visit(std::move(*run))) return;
  }
}

void Journal::prune_runs(Instant before, std::int64_t keep_bytes)
{
  const std::lock_guard lock{mutex_};
  std::erase_if(runs_, [&](const RunRecord& run) { return run.recorded < before; });
  std::int64_t bytes = 0;
  for (const auto& run : runs_) bytes += static_cast<std::int64_t>(run.sealed.size());
  while (!runs_.empty() && bytes > keep_bytes) {
    bytes -= static_cast<std::int64_t>(runs_.front().sealed.size());
    runs_.pop_front();
  }
}

Status Journal::put_note(const Note& note, const void* owner)
{
  const std::lock_guard lock{mutex_};
  const auto [entry, added] = notes_.try_emplace({note.kind, note.name}, Entry{note, owner});
  if (added) return {};
  if (note.kind == NoteKind::key) {
    return Error{ErrorKind::conflict, "the store already knows under which key it is sealed", {}};
  }
  if (note.kind == NoteKind::worker && entry->second.owner != owner) {
    return Error{ErrorKind::conflict,
                 "a worker named '" + printable(note.name) + "' is already at work",
                 {}};
  }
  entry->second.note = note;
  return {};
}

Status Journal::remove_note(NoteKind kind, std::string_view name)
{
  const std::lock_guard lock{mutex_};
  notes_.erase({kind, std::string{name}});
  return {};
}

std::vector<Note> Journal::notes(NoteKind kind) const
{
  const std::lock_guard lock{mutex_};
  std::vector<Note> found;
  for (const auto& [key, entry] : notes_) {
    if (key.first == kind) found.push_back(entry.note);
  }
  return found;
}

}  // namespace asyncz
