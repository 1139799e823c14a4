// SPDX-License-Identifier: MIT
// The records of a MongoDB store: added, read, changed, removed. Names and errors are those of
// Store.
#pragma once

#include "store/store.hpp"
#include "stores/mongo/server.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores::mongo {

class Tasks {
 public:
  explicit Tasks(Server& server) : server_{server}, link_{server.rest} {}

  std::vector<Status> add(std::span<const Record> records);
  Result<Record> lookup(std::string_view id);
  Status update(const Record& record);
  Status remove(std::string_view id, std::int64_t revision);
  Status remove_all();
  Status visit(const Store::Visit& visit);
  Result<std::vector<std::string>> with_prefix(std::string_view prefix, std::size_t limit);
  Result<std::string> quarantine(std::string_view id);
  std::vector<Status> settle(std::span<const Settlement> settlements);

 private:
  using Settlements = std::vector<std::size_t>;  // by their place

  Status added(const Record& record, bool repeated);
  Status why_not(std::string_view id, const Record* wanted, bool repeated);
  Result<bool> visit_page(std::span<const std::string> ids, const Store::Visit& visit);
  void write_all(std::span<const Settlement> settlements, const Settlements& which,
                 std::vector<Status>& statuses);
  void remove_ended(std::span<const Settlement> settlements, const Settlements& which,
                    std::vector<Status>& statuses);
  Result<std::map<std::string, std::int64_t>> revisions_of(std::span<const Settlement> settlements,
                                                           const Settlements& which);

  Server& server_;
  Link& link_;
  const std::string& tasks_ = server_.collections.tasks;
};

}  // namespace asyncz::stores::mongo
