// SPDX-License-Identifier: MIT
// Reservations of a custom store whose helper makes them itself (the offer `reservations`).
#pragma once

#include "store/store.hpp"
#include "stores/custom/helpers.hpp"

#include <deque>
#include <span>
#include <string_view>
#include <vector>

namespace asyncz::stores::custom {

// Members and errors are those of Store.
class Claims {
 public:
  explicit Claims(Helpers& helpers) : helpers_{helpers} {}

  Result<std::vector<Reservation>> reserve_due(const Demand& demand);
  Result<Reservation> reserve(std::string_view id, const Demand& demand);
  Result<Store::Holder> holder(std::string_view id, Instant now);
  void ignore(const Reservation& reservation);
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until);
  std::vector<Status> settle(std::span<const Settlement> settlements);

 private:
  void forgive_repetition(const Settlement& settlement, Status& status);

  Helpers& helpers_;
  std::deque<Value> ignored_;
};

}  // namespace asyncz::stores::custom
