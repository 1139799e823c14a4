// SPDX-License-Identifier: MIT
#include "stores/sql/claims.hpp"

#include "store/demand.hpp"
#include "stores/sql/choice.hpp"
#include "stores/sql/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <tuple>

namespace asyncz::stores {
namespace {

constexpr std::size_t most_ignored = 10'000;  // of more the first are looked at again

// The words between UPDATE and WHERE that make a reservation.
constexpr std::string_view move_to_lease_end =
    "SET revision = revision + 1, fence = fence + 1, next_run_time = ?, held_until = ?";

SqlValues texts_of(const std::map<std::string, std::int64_t>& ids)
{
  SqlValues values;
  for (const auto& [id, number] : ids) values.emplace_back(std::string_view{id});
  return values;
}

Instant first_of(const std::vector<SqlShelf>& shelves)
{
  auto first = never;
  for (const auto& shelf : shelves) first = std::min(first, shelf.moment);
  return first;
}

}  // namespace

// --- Looking -------------------------------------------------------------------------------------

// Those that the demand means.
Result<std::vector<SqlShelf>> SqlClaims::shelves(SqlLink& link, const Demand& demand) const
{
  auto found = read_shelves(link, sql_);
  if (!found) return found;
  std::erase_if(*found, [&](const SqlShelf& shelf) { return wanted_of(demand, shelf.queue) == 0; });
  return found;
}

Result<std::vector<Record>> SqlClaims::due(SqlLink& link, const Demand& demand) const
{
  auto found = shelves(link, demand);
  if (!found) return found.error();
  std::erase_if(*found, [&](const SqlShelf& shelf) { return shelf.moment > demand.now; });
  std::vector<Record> records;
  if (found->empty() || demand.limit == 0) return records;
  const std::map<std::string, std::int64_t> none;
  SqlStep step;
  SqlChoice{sql_, demand, demand.now, *found, none, record_columns, ""}.append_to(step);
  const auto asked = link.run(step.statement, step.values,
                              [&](const SqlRow& row) { records.push_back(record_of(row)); });
  if (!asked) return asked.error();
  return records;
}

Result<Instant> SqlClaims::first_moment(SqlLink& link, const Demand& demand) const
{
  const auto found = shelves(link, demand);
  if (!found) return found.error();
  return first_of(*found);
}

Result<std::vector<SqlShelf>> SqlClaims::shelves_of(const Demand& demand)
{
  if (auto done = forget_changed(); !done) return done.error();
  auto found = shelves(link_, demand);
  if (!found) return found;
  if (!ignored_.empty()) {
    if (auto done = skip_ignored(*found); !done) return done.error();
  }
  return found;
}

// What is ignored may be the first of its shelf.
Status SqlClaims::skip_ignored(std::vector<SqlShelf>& shelves)
{
  Demand first;
  first.limit = 1;
  for (auto& shelf : shelves) {
    SqlStep step;
    SqlShelf wanted = shelf;
    first.only = {{shelf.queue, 1}};
    SqlChoice{sql_, first, never, {&wanted, 1}, ignored_, "next_run_time, id", ""}.append_to(step);
    shelf.moment = never;
    const auto asked = link_.run(step.statement, step.values, [&](const SqlRow& row) {
      shelf.moment = instant_of(row.number(0));
    });
    if (!asked) return asked.error();
  }
  return {};
}

// What was ignored is looked at again once it has changed.
Status SqlClaims::forget_changed()
{
  if (ignored_.empty()) return {};
  std::map<std::string, std::int64_t> unchanged;
  const auto asked = link_.run(fmt::format("SELECT id, revision FROM {} WHERE id IN ({})",
                                           sql_.tasks, SqlStatements::marks(ignored_.size())),
                               texts_of(ignored_), [&](const SqlRow& row) {
                                 const auto known = ignored_.find(std::string{row.text(0)});
                                 if (known != ignored_.end() && known->second == row.number(1))
                                   unchanged.insert(*known);
                               });
  if (!asked) return asked.error();
  ignored_ = std::move(unchanged);
  return {};
}

// A record is due when its moment has come by both clocks: then no clock that is ahead takes a
// lease away, and none that is behind is given what it holds to be early.
Result<Instant> SqlClaims::due_by(Instant now)
{
  const auto there = link_.there(now);
  if (!there) return there.error();
  return std::min(now, *there);
}

Status SqlClaims::see_held(Instant now)
{
  const auto there = link_.there(now);
  if (!there) return there.error();
  auto values = texts_of(ignored_);
  values.insert(values.begin(), us_of(*there));
  auto statement = sql_.held;
  if (!ignored_.empty()) {
    statement += " AND id NOT IN (" + SqlStatements::marks(ignored_.size()) + ")";
  }
  std::size_t count = 0;
  const auto asked = link_.run(statement, values, [&](const SqlRow& row) {
    count = static_cast<std::size_t>(row.number(0));
  });
  if (!asked) return asked.error();
  held_elsewhere_ = count > held_.count();
  return {};
}

Result<Instant> SqlClaims::next_moment(const Demand& demand)
{
  const auto found = shelves_of(demand);
  if (!found) return found.error();
  const auto moment = first_of(*found);
  if (moment <= demand.now) return moment;
  if (auto done = see_held(demand.now); !done) return done.error();
  return moment;
}

// --- Taking --------------------------------------------------------------------------------------

struct SqlClaims::Claim {
  const Demand& demand;
  Instant now;    // by both clocks
  Instant until;  // by the database's
  std::span<const SqlShelf> shelves;
};

Result<std::vector<Reservation>> SqlClaims::reserve_due(const Demand& demand)
{
  const auto now = due_by(demand.now);
  if (!now) return now.error();
  const auto until = link_.there(demand.now + demand.lease);
  if (!until) return until.error();
  auto shelves = shelves_of(demand);
  if (!shelves) return shelves.error();
  std::erase_if(*shelves, [&](const SqlShelf& shelf) { return shelf.moment > *now; });

  std::vector<Reservation> reservations;
  if (!shelves->empty() && demand.limit > 0) {
    const Claim claim{demand, *now, *until, *shelves};
    auto taken = sql_.kind == SqlKind::postgresql ? take_at_once(claim) : take_in_steps(claim);
    if (!taken) return taken.error();
    for (auto& record : *taken) {
      held_.put(record);
      Reservation reservation{std::move(record)};
      reservation.until = link_.here(*until);
      reservation.previous_worker = reservation.record.worker;
      reservations.push_back(std::move(reservation));
    }
  }
  if (reservations.empty()) {
    if (auto seen = see_held(demand.now); !seen) return seen.error();
  }
  return reservations;
}

// Rows that others are taking at this moment are passed over.
Result<std::vector<Record>> SqlClaims::take_at_once(const Claim& claim)
{
  SqlStep step{"WITH chosen AS MATERIALIZED (", {}};
  SqlChoice{sql_,
            claim.demand,
            claim.now,
            claim.shelves,
            ignored_,
            "id, queue, priority, next_run_time",
            " FOR UPDATE SKIP LOCKED"}
      .append_to(step);
  step.statement += fmt::format(
      ") UPDATE {} AS t {} FROM chosen WHERE t.id = chosen.id RETURNING t.id, t.next_run_time,"
      " t.queue, t.priority, t.revision, t.fence, t.worker, t.state, chosen.next_run_time",
      sql_.tasks, move_to_lease_end);
  step.values.emplace_back(us_of(claim.until));
  step.values.emplace_back(us_of(claim.until));

  std::vector<std::pair<Instant, Record>> taken;
  const auto done = link_.run(step.statement, step.values, [&](const SqlRow& row) {
    taken.emplace_back(instant_of(row.number(8)), record_of(row));
  });
  if (!done) return done.error();
  std::sort(taken.begin(), taken.end(), [](const auto& a, const auto& b) {
    return std::tuple{-a.second.priority, a.first, std::string_view{a.second.id}} <
           std::tuple{-b.second.priority, b.first, std::string_view{b.second.id}};
  });
  std::vector<Record> records;
  for (auto& [was, record] : taken) records.push_back(std::move(record));
  return records;
}

Result<std::vector<Record>> SqlClaims::take_in_steps(const Claim& claim)
{
  return link_.again([&](SqlConnection& connection) -> Result<std::vector<Record>> {
    if (auto begun = connection.begin(); !begun) return begun.error();
    auto taken = select_and_move(connection, claim);
    if (!taken || taken->empty()) {
      connection.rollback();
      return taken;
    }
    if (auto done = connection.commit(); !done) return done.error();
    return taken;
  });
}

Result<std::vector<Record>> SqlClaims::select_and_move(SqlConnection& connection,
                                                       const Claim& claim)
{
  SqlStep choice;
  SqlChoice{sql_,
            claim.demand,
            claim.now,
            claim.shelves,
            ignored_,
            record_columns,
            sql_.kind == SqlKind::mysql ? " FOR UPDATE SKIP LOCKED" : ""}
      .append_to(choice);
  std::vector<Record> records;
  const auto chosen = connection.run(choice.statement, choice.values,
                                     [&](const SqlRow& row) { records.push_back(record_of(row)); });
  if (!chosen) return chosen.error();
  if (records.empty()) return records;

  SqlValues values{us_of(claim.until), us_of(claim.until), us_of(claim.now)};
  for (const auto& record : records) values.emplace_back(std::string_view{record.id});
  const auto moved =
      connection.run(fmt::format("UPDATE {} {} WHERE next_run_time <= ? AND id IN ({})", sql_.tasks,
                                 move_to_lease_end, SqlStatements::marks(records.size())),
                     values, {});
  if (!moved) return moved.error();
  if (*moved != records.size()) records.clear();  // somebody was quicker: none, rather than twice
  for (auto& record : records) {
    ++record.revision;
    ++record.fence;
    record.moment = claim.until;
  }
  return records;
}

void SqlClaims::ignore(const Reservation& reservation)
{
  const auto& record = reservation.record;
  held_.drop(record);
  if (ignored_.size() >= most_ignored) ignored_.erase(ignored_.begin());
  ignored_.insert_or_assign(record.id, record.revision);
}

// --- Waiting -------------------------------------------------------------------------------------

Result<int> SqlClaims::watch()
{
  if (watch_) return watch_->fd();
  auto watch = database_.watch(sql_.name);
  if (!watch) return watch.error();
  watch_ = *std::move(watch);
  const auto seen = changes();
  if (!seen) return seen.error();
  return watch_->fd();
}

// Much is written that nobody waits for, so what is told of is looked for: our tasks that have
// another revision than ours, and other paused queues than before.
Result<Changes> SqlClaims::changes()
{
  if (watch_) watch_->clear();
  Changes changes;
  std::pair<std::int64_t, std::int64_t> notes;
  const auto kind = static_cast<std::int64_t>(NoteKind::queue);
  const auto asked = link_.run(sql_.queue_notes, {kind}, [&](const SqlRow& row) {
    notes = {row.number(0), row.number(1)};
  });
  if (!asked) return asked.error();
  changes.notes = queue_notes_ && *queue_notes_ != notes;
  queue_notes_ = notes;

  auto revisions = held_.revisions();
  if (revisions.empty()) return changes;
  const auto ours = texts_of(revisions);
  std::map<std::string, std::int64_t> stored;
  const auto looked =
      link_.run(fmt::format("SELECT id, revision FROM {} WHERE id IN ({})", sql_.tasks,
                            SqlStatements::marks(ours.size())),
                ours, [&](const SqlRow& row) { stored.emplace(row.text(0), row.number(1)); });
  if (!looked) return looked.error();
  for (const auto& [id, revision] : revisions) {
    const auto found = stored.find(id);
    const auto now = found == stored.end() ? -1 : found->second;
    if (now == revision) continue;
    held_.see(id, now);
    changes.ids.push_back(id);
  }
  return changes;
}

}  // namespace asyncz::stores
