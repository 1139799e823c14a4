// SPDX-License-Identifier: MIT
// Single tasks of a MongoDB store that are reserved, and how reservations last. Names and errors
// are those of Store.
#pragma once

#include "store/store.hpp"
#include "stores/mongo/server.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores::mongo {

class Leases {
 public:
  explicit Leases(Server& server) : server_{server} {}

  // In the rest lane.
  Result<Store::Holder> holder(std::string_view id, Instant now);
  Result<Reservation> reserve(std::string_view id, const Demand& demand);

  // In the lease lane.
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until);

 private:
  Reservation reserved(Record record, const Demand& demand);
  Status extended(Reservation& reservation, Instant there);

  Server& server_;
  const std::string& tasks_ = server_.collections.tasks;
  std::uint64_t reserved_ = 0;
};

}  // namespace asyncz::stores::mongo
