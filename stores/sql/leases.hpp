// SPDX-License-Identifier: MIT
// Reservations of an SQL store one by one: made by id, prolonged, settled.
#pragma once

#include "store/store.hpp"
#include "stores/held.hpp"
#include "stores/sql/link.hpp"
#include "stores/sql/statements.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace asyncz::stores {

class SqlTasks;

// extend() works in the lease lane, all others in the rest lane. Names and errors are those of
// Store.
class SqlLeases {
 public:
  SqlLeases(SqlLink& rest, SqlLink& lease, const SqlStatements& sql, SqlTasks& tasks, Held& held)
      : rest_{rest}, lease_{lease}, sql_{sql}, tasks_{tasks}, held_{held}
  {
  }

  Result<Store::Holder> holder(std::string_view id, Instant now);
  Result<Reservation> reserve(std::string_view id, const Demand& demand);
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until);
  std::vector<Status> settle(std::span<const Settlement> settlements);

 private:
  Result<Instant> held_until(std::string_view id);
  Status extend_edited(Reservation& reservation, Instant there);

  SqlLink& rest_;
  SqlLink& lease_;
  const SqlStatements& sql_;
  SqlTasks& tasks_;
  Held& held_;
};

}  // namespace asyncz::stores
