// SPDX-License-Identifier: MIT
// The records of a Redis store: added, read, changed, removed. Names and errors are those of Store.
#pragma once

#include "store/store.hpp"
#include "stores/redis/server.hpp"

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores::redis {

class Tasks {
 public:
  explicit Tasks(Server& server) : server_{server}, keys_{server.keys.of_records()} {}

  std::vector<Status> add(std::span<const Record> records);
  Result<Record> lookup(std::string_view id);
  Status update(const Record& record);
  Status remove(std::string_view id, std::int64_t revision);
  Status remove_all();
  Status visit(const Store::Visit& visit);
  Result<std::vector<std::string>> with_prefix(std::string_view prefix, std::size_t limit);
  Result<std::string> quarantine(std::string_view id);

 private:
  Result<std::vector<std::string>> ids(std::string_view first, std::string_view last);
  Result<bool> visit_new(std::span<const std::string> ids, const std::set<std::string>& seen,
                         const Store::Visit& visit);
  Result<bool> visit_page(std::span<const std::string> ids, const Store::Visit& visit);

  Server& server_;
  const std::vector<std::string> keys_;
};

}  // namespace asyncz::stores::redis
