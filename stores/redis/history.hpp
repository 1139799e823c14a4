// SPDX-License-Identifier: MIT
// The history of a Redis store, and its notes. Names and errors are those of Store.
#pragma once

#include "store/store.hpp"
#include "stores/redis/server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores::redis {

class History {
 public:
  explicit History(Server& server) : server_{server} {}

  Status record(const RunRecord& run, const Reservation* of);
  Result<RunRecord> find(std::uint64_t task_tag, std::uint64_t fence);
  Status visit(const RunQuery& query, const Store::VisitRun& visit);
  Status prune(Instant before, std::int64_t keep_bytes);

  Status put_note(const Note& note);
  Status remove_note(NoteKind kind, std::string_view name);
  Result<std::vector<Note>> notes(NoteKind kind);

 private:
  Status visit_task(const RunQuery& query, const Store::VisitRun& visit);
  Status visit_all(const RunQuery& query, const Store::VisitRun& visit);
  Result<std::vector<Result<RunRecord>>> read(const std::vector<std::string>& names);

  Server& server_;
};

}  // namespace asyncz::stores::redis
