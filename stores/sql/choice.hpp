// SPDX-License-Identifier: MIT
// The statement that picks tasks from shelves.
#pragma once

#include "store/store.hpp"
#include "stores/sql/shelves.hpp"
#include "stores/sql/statements.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace asyncz::stores {

// Appends to `step` a SELECT of up to `demand.limit` rows that are due at `now`, by priority,
// moment and id, and within the demand's limits for each queue. Borrows from all its arguments.
struct SqlChoice {
  const SqlStatements& sql;
  const Demand& demand;
  Instant now;
  std::span<const SqlShelf> shelves;  // those that are due, one at least
  const std::map<std::string, std::int64_t>& ignored;
  std::string_view columns;  // `queue`, `priority`, `next_run_time` and `id` among them
  std::string_view lock;     // at the end of each inner SELECT

  void append_to(SqlStep& step) const;

 private:
  void append_shelf(SqlStep& step, const SqlShelf& shelf, std::string_view what) const;
};

}  // namespace asyncz::stores
