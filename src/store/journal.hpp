// SPDX-License-Identifier: MIT
// History and notes in the memory of this process: for stores that keep none themselves.
#pragma once

#include "store/store.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace asyncz {

// Every member may be called by any thread at any time. Names and errors are those of Store.
class Journal {
 public:
  void record_run(const RunRecord& run);
  Result<RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence) const;
  void runs(const RunQuery& query, const Store::VisitRun& visit) const;
  void prune_runs(Instant before, std::int64_t keep_bytes);

  // A worker's note is `owner`'s, and lives until it expires or is removed.
  Status put_note(const Note& note, const void* owner);
  Status remove_note(NoteKind kind, std::string_view name);
  [[nodiscard]] std::vector<Note> notes(NoteKind kind) const;

 private:
  struct Entry {
    Note note;
    const void* owner = nullptr;
  };

  mutable std::mutex mutex_;
  std::deque<RunRecord> runs_;  // in the order in which they came
  std::map<std::pair<NoteKind, std::string>, Entry> notes_;
};

}  // namespace asyncz
