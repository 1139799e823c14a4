// SPDX-License-Identifier: MIT
// Who takes which task from a MongoDB store. Names and errors are those of Store.
#pragma once

#include "store/store.hpp"
#include "stores/mongo/server.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace asyncz::stores::mongo {

class Claims {
 public:
  explicit Claims(Server& server) : server_{server} {}

  // In the rest lane; pass nothing over.
  Result<std::vector<Record>> due(const Demand& demand);
  Result<Instant> first_moment(const Demand& demand);

  // In the claim lane.
  Result<std::vector<Reservation>> reserve_due(const Demand& demand);
  void ignore(const Reservation& reservation);
  Result<Instant> next_moment(const Demand& demand);
  [[nodiscard]] bool held_elsewhere() const { return held_elsewhere_; }
  // What was found since the last call not to be what asyncz writes.
  std::vector<std::string> take_unreadable();

 private:
  struct Query;
  struct Claim;
  using Ignored = std::map<std::string, std::int64_t>;

  Result<std::vector<Record>> find_due(const Query& query);
  Result<bool> append_due(const Query& query, const Document& queue, std::size_t limit,
                          std::vector<Record>& records);
  Result<Instant> first_of(Link& link, const Demand& demand, const Ignored& ignored);
  Status forget_changed();
  Status see_held(Instant now);
  void note_unreadable(const Document& document);

  Result<std::vector<Record>> take(const Claim& claim);
  Result<std::vector<Record>> take_one(const Claim& claim);
  Result<Document> find_and_modify(const Document& command);
  Result<Document> take_again(const Claim& claim, const Document& command);

  Server& server_;
  const std::string& tasks_ = server_.collections.tasks;
  Ignored ignored_;  // id → revision
  std::vector<std::string> unreadable_;
  std::uint64_t claims_ = 0;
  bool held_elsewhere_ = false;
};

}  // namespace asyncz::stores::mongo
