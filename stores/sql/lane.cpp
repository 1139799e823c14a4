// SPDX-License-Identifier: MIT
#include "stores/sql/lane.hpp"

#include "time/clock.hpp"

namespace asyncz::stores {
namespace {

// A clock may be set at any time, so what was measured is not believed for long.
constexpr Duration believed_for = std::chrono::seconds{10};

}  // namespace

Result<SqlConnection*> SqlLane::connection()
{
  if (connection_ && !connection_->is_lost()) return connection_.get();
  connection_.reset();
  auto made = database_.connect(synced_);
  if (!made) return made.error();
  connection_ = *std::move(made);
  measured_.reset();
  return connection_.get();
}

Result<std::size_t> SqlLane::run(const std::string& statement, const SqlValues& values,
                                 const EachRow& each)
{
  return again([&](SqlConnection& connection) { return connection.run(statement, values, each); });
}

Result<std::vector<std::size_t>> SqlLane::run_all(std::span<const SqlStep> steps)
{
  return again([&](SqlConnection& connection) { return connection.run_all(steps); });
}

Result<Instant> SqlLane::there(Instant instant)
{
  if (sql_.clock.empty()) return instant;
  const auto now = system_clock().now();
  const bool fresh = measured_ && *measured_ <= now && now < *measured_ + believed_for;
  if (!fresh) {
    if (auto done = measure(now); !done) return done.error();
  }
  return instant == never ? never : instant + ahead_;
}

// Both clocks are the same where the database's lies between the question and the answer.
Status SqlLane::measure(Instant before)
{
  Instant between;
  const auto asked =
      run(sql_.clock, {}, [&](const SqlRow& row) { between = instant_of(row.number(0)); });
  if (!asked) return asked.error();
  const auto after = system_clock().now();
  ahead_ = between < before ? between - before : between > after ? between - after : Duration{0};
  measured_ = after;
  return {};
}

}  // namespace asyncz::stores
