// SPDX-License-Identifier: MIT
// History and notes of a custom store whose helper keeps them (the offers `history` and `notes`).
#pragma once

#include "store/store.hpp"
#include "stores/custom/helpers.hpp"

#include <string_view>
#include <vector>

namespace asyncz::stores::custom {

// Members and errors are those of Store.
class History {
 public:
  explicit History(Helpers& helpers) : helpers_{helpers} {}

  Status record_run(const RunRecord& run, const Reservation* of);
  Result<RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence);
  Status runs(const RunQuery& query, const Store::VisitRun& visit);
  Status prune_runs(Instant before, std::int64_t keep_bytes);

  Status put_note(const Note& note);
  Status remove_note(NoteKind kind, std::string_view name);
  Result<std::vector<Note>> notes(NoteKind kind);

 private:
  Helpers& helpers_;
};

}  // namespace asyncz::stores::custom
