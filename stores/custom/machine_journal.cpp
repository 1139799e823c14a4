// SPDX-License-Identifier: MIT
#include "stores/custom/machine_journal.hpp"

#include "stores/file/file_store.hpp"

namespace asyncz::stores {

Result<Store*> MachineJournal::files(bool create)
{
  const std::lock_guard lock{mutex_};
  if (files_) return files_.get();
  auto opened = open_file_store({.directory = directory_, .create = create});
  if (!opened && !create && opened.error().kind == ErrorKind::not_found) return nullptr;
  if (!opened) return opened.error();
  files_ = *std::move(opened);
  return files_.get();
}

Status MachineJournal::record_run(const RunRecord& run)
{
  const auto kept = files(true);
  return kept ? (*kept)->record_run(run) : kept.error();
}

// A file store syncs its history with every call that settles.
Status MachineJournal::sync()
{
  const auto kept = files(false);
  if (!kept) return kept.error();
  if (*kept != nullptr) (*kept)->settle({});
  return {};
}

Result<RunRecord> MachineJournal::find_run(std::uint64_t task_tag, std::uint64_t fence)
{
  const auto kept = files(false);
  if (!kept) return kept.error();
  if (*kept != nullptr) return (*kept)->find_run(task_tag, fence, 0);
  return Error{ErrorKind::not_found, "the history holds no such run", {}};
}

Status MachineJournal::runs(const RunQuery& query, const Store::VisitRun& visit)
{
  const auto kept = files(false);
  if (!kept) return kept.error();
  return *kept != nullptr ? (*kept)->runs(query, visit) : Status{};
}

Status MachineJournal::prune_runs(Instant before, std::int64_t keep_bytes)
{
  const auto kept = files(false);
  if (!kept) return kept.error();
  return *kept != nullptr ? (*kept)->prune_runs(before, keep_bytes) : Status{};
}

Status MachineJournal::put_note(const Note& note)
{
  const auto kept = files(true);
  return kept ? (*kept)->put_note(note) : kept.error();
}

Status MachineJournal::remove_note(NoteKind kind, std::string_view name)
{
  const auto kept = files(false);
  if (!kept) return kept.error();
  return *kept != nullptr ? (*kept)->remove_note(kind, name) : Status{};
}

Result<std::vector<Note>> MachineJournal::notes(NoteKind kind)
{
  const auto kept = files(false);
  if (!kept) return kept.error();
  if (*kept != nullptr) return (*kept)->notes(kind);
  return std::vector<Note>{};
}

}  // namespace asyncz::stores
