// SPDX-License-Identifier: MIT
// The history in a table of its own.
#pragma once

#include "store/store.hpp"
#include "stores/sql/link.hpp"
#include "stores/sql/statements.hpp"

#include <cstdint>
#include <mutex>
#include <vector>

namespace asyncz::stores {

// Members and errors are those of Store, and so are the lanes.
class SqlHistory {
 public:
  SqlHistory(SqlDatabase& database, const SqlStatements& sql)
      : sql_{sql}, journal_{database, sql, false}, reading_{database, sql, false}
  {
  }

  Status append(const RunRecord& run, const Reservation* of);
  Result<RunRecord> find(std::uint64_t task_tag, std::uint64_t fence);
  Status each(const RunQuery& query, const Store::VisitRun& visit);

  // In the rest lane.
  Status prune(SqlLink& link, Instant before, std::int64_t keep_bytes);

 private:
  Result<std::vector<RunRecord>> page(const RunQuery& query, const RunRecord* after);

  const SqlStatements& sql_;
  SqlLink journal_;
  std::mutex mutex_;  // guards reading_, which any thread uses
  SqlLink reading_;
};

}  // namespace asyncz::stores
