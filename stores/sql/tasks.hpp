// SPDX-License-Identifier: MIT
// The records of an SQL store: added, read, changed, removed.
#pragma once

#include "store/store.hpp"
#include "stores/sql/link.hpp"
#include "stores/sql/statements.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace asyncz::stores {

// Works in the lane that it is given. Names and errors are those of Store.
class SqlTasks {
 public:
  SqlTasks(SqlLink& link, const SqlStatements& sql) : link_{link}, sql_{sql} {}

  std::vector<Status> add(std::span<const Record> records);
  Result<Record> lookup(std::string_view id);
  Status update(const Record& record);
  Status remove(std::string_view id, std::int64_t revision);
  Status remove_all();
  Status visit(const Store::Visit& visit);
  Result<std::vector<std::string>> with_prefix(std::string_view prefix, std::size_t limit);
  Result<std::string> quarantine(std::string_view id);

  // All steps in one transaction; what each changed. `announced`: to those who watch.
  Result<std::vector<std::size_t>> write(std::vector<SqlStep> steps, bool announced);

 private:
  Result<bool> visit_new(std::span<const std::string> ids,
                         const std::unordered_set<std::string>& seen, const Store::Visit& visit);
  Result<bool> visit_page(std::span<const std::string> ids, const Store::Visit& visit);
  Status why_not(std::string_view id, const Record* wanted);

  SqlLink& link_;
  const SqlStatements& sql_;
};

}  // namespace asyncz::stores
