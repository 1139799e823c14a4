// SPDX-License-Identifier: MIT
// A connection that is made when it is needed, and again when it was lost.
#pragma once

#include "stores/server_clock.hpp"
#include "stores/sql/connection.hpp"
#include "stores/sql/statements.hpp"

#include <memory>
#include <span>
#include <string>
#include <utility>

namespace asyncz::stores {

// For one thread at a time. Errors are those of SqlConnection.
class SqlLink {
 public:
  SqlLink(SqlDatabase& database, const SqlStatements& sql, bool synced)
      : database_{database}, sql_{sql}, synced_{synced}
  {
  }

  // As SqlConnection's, and again where another transaction was in the way, and once more on a new
  // connection where one is lost.
  Result<std::size_t> run(const std::string& statement, const SqlValues& values = {},
                          const EachRow& each = {});
  Result<std::vector<std::size_t>> run_all(std::span<const SqlStep> steps);

  // The same for what takes several calls.
  template <class Call>
  auto again(Call call) -> decltype(call(std::declval<SqlConnection&>()));

  // Whether the last call was made twice, so that its first time may have changed something.
  [[nodiscard]] bool was_repeated() const { return repeated_; }

  Result<SqlConnection*> connection();

  // What the database's clock says at `instant` of ours, and, as far as known, the other way round.
  Result<Instant> there(Instant instant);
  [[nodiscard]] Instant here(Instant instant) const { return clock_.here(instant); }

 private:
  static constexpr int most_tries = 20;

  Status measure(Instant now);

  SqlDatabase& database_;
  const SqlStatements& sql_;
  bool synced_;
  bool repeated_ = false;
  std::unique_ptr<SqlConnection> connection_;
  ServerClock clock_;
};

template <class Call>
auto SqlLink::again(Call call) -> decltype(call(std::declval<SqlConnection&>()))
{
  repeated_ = false;
  for (int tries = 1;; ++tries) {
    auto current = connection();
    if (!current) return current.error();
    auto done = call(**current);
    const bool lost = (*current)->is_lost();
    const bool in_the_way = !done && done.error().kind == ErrorKind::conflict;
    if (done || tries == most_tries || (lost ? repeated_ : !in_the_way)) return done;
    repeated_ = repeated_ || lost;
  }
}

}  // namespace asyncz::stores
