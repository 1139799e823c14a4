// SPDX-License-Identifier: MIT
// Who takes which task from an SQL store, and what is remembered of those taken.
#pragma once

#include "store/store.hpp"
#include "stores/held.hpp"
#include "stores/sql/link.hpp"
#include "stores/sql/shelves.hpp"
#include "stores/sql/statements.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::stores {

// The claim lane of an SQL store. Members and errors are those of Store.
class SqlClaims {
 public:
  SqlClaims(SqlDatabase& database, const SqlStatements& sql, Held& held)
      : database_{database}, sql_{sql}, held_{held}, link_{database, sql, false}
  {
  }

  // These two work in the lane that is given, and pass nothing over.
  Result<std::vector<Record>> due(SqlLink& link, const Demand& demand) const;
  Result<Instant> first_moment(SqlLink& link, const Demand& demand) const;

  Result<std::vector<Reservation>> reserve_due(const Demand& demand);
  void ignore(const Reservation& reservation);
  Result<int> watch();
  Result<Changes> changes();
  Result<Instant> next_moment(const Demand& demand);
  [[nodiscard]] bool held_elsewhere() const { return held_elsewhere_; }

 private:
  struct Claim;

  Result<std::vector<SqlShelf>> shelves(SqlLink& link, const Demand& demand) const;
  Result<std::vector<SqlShelf>> shelves_of(const Demand& demand);
  Status skip_ignored(std::vector<SqlShelf>& shelves);
  Status forget_changed();
  Status see_held(Instant now);
  Result<Instant> due_by(Instant now);

  Result<std::vector<Record>> take_at_once(const Claim& claim);
  Result<std::vector<Record>> take_in_steps(const Claim& claim);
  Result<std::vector<Record>> select_and_move(SqlConnection& connection, const Claim& claim);

  SqlDatabase& database_;
  const SqlStatements& sql_;
  Held& held_;
  SqlLink link_;
  std::unique_ptr<SqlWatch> watch_;
  std::map<std::string, std::int64_t> ignored_;
  std::optional<std::pair<std::int64_t, std::int64_t>> queue_notes_;
  bool held_elsewhere_ = false;
};

}  // namespace asyncz::stores
