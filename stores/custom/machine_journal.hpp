// SPDX-License-Identifier: MIT
// History and notes of one machine, for a store that keeps none itself: in a folder of the state
// directory, as a file store keeps them.
#pragma once

#include "store/store.hpp"

#include <memory>
#include <mutex>
#include <string>

namespace asyncz::stores {

// Members and errors are those of Store. Nothing is made before something is to be kept.
class MachineJournal {
 public:
  explicit MachineJournal(std::string directory) : directory_{std::move(directory)} {}

  Status record_run(const RunRecord& run);
  Status sync();  // what record_run was given
  Result<RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence);
  Status runs(const RunQuery& query, const Store::VisitRun& visit);
  Status prune_runs(Instant before, std::int64_t keep_bytes);
  Status put_note(const Note& note);
  Status remove_note(NoteKind kind, std::string_view name);
  Result<std::vector<Note>> notes(NoteKind kind);

  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  // Without `create`, null where there is none yet.
  Result<Store*> files(bool create);

  const std::string directory_;
  std::mutex mutex_;  // for opening
  std::unique_ptr<Store> files_;
};

}  // namespace asyncz::stores
