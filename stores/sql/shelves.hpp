// SPDX-License-Identifier: MIT
// The shelves of an SQL store: the index has what is of one queue and priority side by side.
#pragma once

#include "base/result.hpp"
#include "stores/sql/link.hpp"
#include "stores/sql/statements.hpp"
#include "time/instant.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace asyncz::stores {

// A queue's tasks of one priority, and the earliest moment of those.
struct SqlShelf {
  std::string queue;
  int priority = 0;
  Instant moment = never;
};

// All that there are. Costs as much as they are, however many tasks lie on them.
//   corrupt  a row has a priority that asyncz does not write
Result<std::vector<SqlShelf>> read_shelves(SqlLink& link, const SqlStatements& sql);

// The ids of the first tasks, at most `count`, in the order of get_all_tasks.
Result<std::vector<std::string>> first_ids(SqlLink& link, const SqlStatements& sql,
                                           std::size_t count);

}  // namespace asyncz::stores
