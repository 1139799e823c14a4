// SPDX-License-Identifier: MIT
#include "stores/sql/link.hpp"

#include "time/clock.hpp"

namespace asyncz::stores {

Result<SqlConnection*> SqlLink::connection()
{
  if (connection_ && !connection_->is_lost()) return connection_.get();
  connection_.reset();
  auto made = database_.connect(synced_);
  if (!made) return made.error();
  connection_ = *std::move(made);
  clock_.forget();
  return connection_.get();
}

Result<std::size_t> SqlLink::run(const std::string& statement, const SqlValues& values,
                                 const EachRow& each)
{
  return again([&](SqlConnection& connection) { return connection.run(statement, values, each); });
}

Result<std::vector<std::size_t>> SqlLink::run_all(std::span<const SqlStep> steps)
{
  return again([&](SqlConnection& connection) { return connection.run_all(steps); });
}

Result<Instant> SqlLink::there(Instant instant)
{
  if (sql_.clock.empty()) return instant;
  const auto now = system_clock().now();
  if (!clock_.is_fresh(now)) {
    if (auto done = measure(now); !done) return done.error();
  }
  return clock_.there(instant);
}

Status SqlLink::measure(Instant before)
{
  Instant between;
  const auto asked =
      run(sql_.clock, {}, [&](const SqlRow& row) { between = instant_of(row.number(0)); });
  if (!asked) return asked.error();
  clock_.measure(before, between, between, system_clock().now());
  return {};
}

}  // namespace asyncz::stores
