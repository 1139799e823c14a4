// SPDX-License-Identifier: MIT
// The history of a MongoDB store in a collection of its own. Names and errors are those of Store.
#pragma once

#include "store/store.hpp"
#include "stores/mongo/server.hpp"

#include <vector>

namespace asyncz::stores::mongo {

class History {
 public:
  explicit History(Server& server) : server_{server} {}

  Status record(const RunRecord& run, const Reservation* of);
  Result<RunRecord> find(std::uint64_t task_tag, std::uint64_t fence);
  Status visit(const RunQuery& query, const Store::VisitRun& visit);
  Status prune(Instant before, std::int64_t keep_bytes);

 private:
  Result<bool> holds(const Reservation& reservation);

  Server& server_;
  const std::string& runs_ = server_.collections.history;
};

}  // namespace asyncz::stores::mongo
