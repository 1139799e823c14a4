// SPDX-License-Identifier: MIT
#include "stores/sql/sql_store.hpp"

#include "store/demand.hpp"
#include "stores/sql/choice.hpp"
#include "stores/sql/claims.hpp"
#include "stores/sql/history.hpp"
#include "stores/sql/notes.hpp"
#include "stores/sql/records.hpp"
#include "stores/sql/schema.hpp"
#include "time/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace asyncz::stores {
namespace {

constexpr std::size_t page_size = 256;
constexpr int most_tries = 100;
constexpr Duration soon = std::chrono::seconds{5};  // what is due by then is announced

class SqlStore final : public Store {
 public:
  SqlStore(std::unique_ptr<SqlDatabase> database, std::string_view table)
      : database_{std::move(database)},
        sql_{database_->kind(), table},
        rest_{*database_, sql_, true},
        lease_{*database_, sql_, true},
        claims_{*database_, sql_, held_},
        history_{*database_, sql_},
        notes_{rest_, sql_}
  {
  }

  Status prepare(bool create);

  Status add_task(const Record& record) override { return add_tasks({&record, 1}).front(); }
  Result<Record> lookup_task(std::string_view id) override;
  Status update_task(const Record& record) override;
  Status delete_task(std::string_view id, std::int64_t revision) override;
  Status remove_all_tasks() override;
  Result<std::vector<Record>> get_due_tasks(const Demand& demand) override;
  Result<Instant> get_next_run_time(const Demand& demand) override;
  Status get_all_tasks(const Visit& visit) override;

  std::vector<Status> add_tasks(std::span<const Record> records) override;
  Result<std::vector<std::string>> ids_with_prefix(std::string_view prefix,
                                                   std::size_t limit) override;
  Result<std::vector<Reservation>> reserve_due(const Demand& demand) override
  {
    return claims_.reserve_due(demand);
  }
  Result<Reservation> reserve(std::string_view id, const Demand& demand) override;
  Result<Holder> holder(std::string_view id, Instant now) override;
  void ignore(Reservation reservation) override { claims_.ignore(reservation); }
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until) override;
  std::vector<Status> settle(std::span<const Settlement> settlements) override;
  Result<int> watch() override { return claims_.watch(); }
  Result<Changes> changes() override { return claims_.changes(); }
  Result<Instant> next_moment(const Demand& demand) override { return claims_.next_moment(demand); }
  bool held_elsewhere() const override { return claims_.held_elsewhere(); }

  Status record_run(const RunRecord& run, const Reservation* of) override
  {
    return history_.append(run, of);
  }
  Result<RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence, std::uint32_t) override
  {
    return history_.find(task_tag, fence);
  }
  Status runs(const RunQuery& query, const VisitRun& visit) override
  {
    return history_.each(query, visit);
  }
  Status prune_runs(Instant before, std::int64_t keep_bytes) override
  {
    return history_.prune(rest_, before, keep_bytes);
  }
  Status put_note(const Note& note) override { return notes_.put(note); }
  Status remove_note(NoteKind kind, std::string_view name) override
  {
    return notes_.remove(kind, name);
  }
  Result<std::vector<Note>> notes(NoteKind kind) override { return notes_.all(kind); }
  bool notes_expire() const override { return true; }
  Result<std::vector<Trait>> examine() override;

 private:
  Result<std::vector<std::size_t>> write(std::vector<SqlStep> steps, bool announced);
  Status extend_edited(Reservation& reservation, Instant there);
  Status why_not(std::string_view id, const Record* wanted);
  Result<Instant> held_until(std::string_view id);

  std::unique_ptr<SqlDatabase> database_;
  SqlStatements sql_;
  Held held_;
  SqlLane rest_;
  SqlLane lease_;
  SqlClaims claims_;
  SqlHistory history_;
  SqlNotes notes_;
};

Status SqlStore::prepare(bool create)
{
  const auto connection = rest_.connection();
  if (!connection) return connection.error();
  return open_schema(**connection, sql_, create);
}

// --- Writing -------------------------------------------------------------------------------------

// What each step changed.
Result<std::vector<std::size_t>> SqlStore::write(std::vector<SqlStep> steps, bool announced)
{
  const auto count = steps.size();
  if (announced && !sql_.announce.empty()) steps.push_back({sql_.announce, {}});
  auto changed = rest_.run_all(steps);
  if (changed) changed->resize(count);
  return changed;
}

// Why a write has changed nothing. It may have succeeded before its connection was lost: then what
// is stored is what was to be written.
Status SqlStore::why_not(std::string_view id, const Record* wanted)
{
  const bool repeated = rest_.was_repeated();
  const auto stored = lookup_task(id);
  const bool gone = !stored && stored.error().kind == ErrorKind::not_found;
  if (repeated && (wanted != nullptr ? stored && *stored == *wanted : gone)) return {};
  if (!stored) return stored.error();
  return task_has_changed(id);
}

std::vector<Status> SqlStore::add_tasks(std::span<const Record> records)
{
  if (records.empty()) return {};
  std::vector<SqlStep> steps;
  for (const auto& record : records) {
    auto values = content_of(record);
    values.insert(values.begin(), std::string_view{record.id});
    steps.push_back({sql_.add, std::move(values)});
  }
  const auto added = write(std::move(steps), true);
  if (!added) return std::vector<Status>(records.size(), added.error());
  const bool repeated = rest_.was_repeated();
  std::vector<Status> statuses(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    if ((*added)[i] > 0) continue;
    const auto& record = records[i];
    if (repeated) {
      const auto stored = lookup_task(record.id);
      if (stored && *stored == record) continue;
    }
    statuses[i] = id_is_taken(record.id);
  }
  return statuses;
}

Status SqlStore::update_task(const Record& record)
{
  auto values = content_of(record);
  values.insert(values.end(),
                {std::string_view{record.id}, record.revision - 1, stored_number(record.fence)});
  const auto changed = write({{sql_.update, std::move(values)}}, true);
  if (!changed) return changed.error();
  return changed->front() > 0 ? Status{} : why_not(record.id, &record);
}

Status SqlStore::delete_task(std::string_view id, std::int64_t revision)
{
  const auto changed = write({{sql_.remove, {id, revision}}}, true);
  if (!changed) return changed.error();
  return changed->front() > 0 ? Status{} : why_not(id, nullptr);
}

Status SqlStore::remove_all_tasks()
{
  const auto changed = write({{sql_.remove_all, {}}}, true);
  return changed ? Status{} : changed.error();
}

std::vector<Status> SqlStore::settle(std::span<const Settlement> settlements)
{
  if (settlements.empty()) return {};
  std::vector<SqlStep> steps;
  auto first = never;
  for (const auto& [reservation, record] : settlements) {
    const auto& ours = reservation->record;
    if (!record) {
      steps.push_back({sql_.remove, {std::string_view{ours.id}, ours.revision}});
      continue;
    }
    first = std::min(first, record->moment);
    auto values = content_of(*record);
    values.insert(values.end(),
                  {std::string_view{ours.id}, ours.revision, stored_number(ours.fence)});
    steps.push_back({sql_.settle, std::move(values)});
  }
  const auto changed = write(std::move(steps), first <= system_clock().now() + soon);
  if (!changed) return std::vector<Status>(settlements.size(), changed.error());

  std::vector<Status> statuses(settlements.size());
  const bool repeated = rest_.was_repeated();
  for (std::size_t i = 0; i < settlements.size(); ++i) {
    const auto& [reservation, record] = settlements[i];
    if ((*changed)[i] == 0) {
      const auto stored = lookup_task(reservation->record.id);
      const bool gone = !stored && stored.error().kind == ErrorKind::not_found;
      const bool done = repeated && (record ? stored && *stored == *record : gone);
      if (!done) statuses[i] = stored ? task_has_changed(reservation->record.id) : stored.error();
      if (!done) continue;
    }
    held_.drop(reservation->record);
    reservation->lock.reset();
  }
  return statuses;
}

std::vector<Status> SqlStore::extend(std::span<Reservation* const> reservations, Instant until)
{
  if (reservations.empty()) return {};
  const auto there = lease_.there(until);
  if (!there) return std::vector<Status>(reservations.size(), there.error());
  std::vector<SqlStep> steps;
  for (const auto* reservation : reservations) {
    const auto& ours = reservation->record;
    steps.push_back({sql_.extend,
                     {us_of(*there), us_of(*there), std::string_view{ours.id},
                      stored_number(ours.fence), ours.revision}});
  }
  const auto changed = lease_.run_all(steps);
  if (!changed) return std::vector<Status>(reservations.size(), changed.error());
  std::vector<Status> statuses;
  for (std::size_t i = 0; i < reservations.size(); ++i) {
    auto& reservation = *reservations[i];
    if ((*changed)[i] == 0) {
      statuses.push_back(extend_edited(reservation, *there));
    } else {
      ++reservation.record.revision;
      reservation.record.moment = *there;
      held_.put(reservation.record);
      statuses.emplace_back();
    }
    if (statuses.back()) reservation.until = until;
  }
  return statuses;
}

// Somebody has changed the task, or our own write went through and its answer did not.
Status SqlStore::extend_edited(Reservation& reservation, Instant there)
{
  const auto& ours = reservation.record;
  const auto changed = lease_.run(
      sql_.extend_edited,
      {us_of(there), us_of(there), std::string_view{ours.id}, stored_number(ours.fence)});
  if (!changed) return changed.error();
  if (*changed == 0) return reservation_is_lost(ours.id);
  reservation.edited = true;
  return {};
}

// --- Looking -------------------------------------------------------------------------------------

Result<Record> SqlStore::lookup_task(std::string_view id)
{
  std::optional<Record> found;
  const auto asked =
      rest_.run(sql_.lookup, {id}, [&](const SqlRow& row) { found = record_of(row); });
  if (!asked) return asked.error();
  if (!found) return no_such_task(id);
  return *std::move(found);
}

Result<std::vector<Record>> SqlStore::get_due_tasks(const Demand& demand)
{
  return claims_.due(rest_, demand);
}

Result<Instant> SqlStore::get_next_run_time(const Demand& demand)
{
  return claims_.first_moment(rest_, demand);
}

// All keys first, so that what changes meanwhile is visited once, and the visitor may use the
// store.
Status SqlStore::get_all_tasks(const Visit& visit)
{
  std::vector<std::string> ids;
  const auto listed =
      rest_.run(sql_.keys, {}, [&](const SqlRow& row) { ids.emplace_back(row.text(0)); });
  if (!listed) return listed.error();
  for (std::size_t begin = 0; begin < ids.size(); begin += page_size) {
    const std::span page{ids.data() + begin, std::min(page_size, ids.size() - begin)};
    std::map<std::string, Record, std::less<>> records;
    const SqlValues values{page.begin(), page.end()};
    const auto read = rest_.run(fmt::format("SELECT {} FROM {} WHERE id IN ({})", record_columns,
                                            sql_.tasks, SqlStatements::marks(page.size())),
                                values, [&](const SqlRow& row) {
                                  auto record = record_of(row);
                                  records.emplace(record.id, std::move(record));
                                });
    if (!read) return read.error();
    for (const auto& id : page) {
      const auto record = records.find(id);
      if (record == records.end()) continue;  // removed meanwhile
      if (!visit(id, std::move(record->second))) return {};
    }
  }
  return {};
}

Result<std::vector<std::string>> SqlStore::ids_with_prefix(std::string_view prefix,
                                                           std::size_t limit)
{
  constexpr std::string_view last_character = "\U0010FFFF";
  const auto end = std::string{prefix} + std::string{last_character};
  std::vector<std::string> ids;
  const auto asked =
      rest_.run(fmt::format("SELECT id FROM {} WHERE id >= ? AND id < ? LIMIT ?", sql_.tasks),
                {prefix, std::string_view{end}, static_cast<std::int64_t>(limit)},
                [&](const SqlRow& row) { ids.emplace_back(row.text(0)); });
  if (!asked) return asked.error();
  return ids;
}

Result<Instant> SqlStore::held_until(std::string_view id)
{
  Instant until;
  const auto asked = rest_.run(sql_.lookup_held, {id},
                               [&](const SqlRow& row) { until = instant_of(row.number(0)); });
  if (!asked) return asked.error();
  return until;
}

Result<Store::Holder> SqlStore::holder(std::string_view id, Instant now)
{
  const auto until = held_until(id);
  if (!until) return until.error();
  const auto there = rest_.there(now);
  if (!there) return there.error();
  return Holder{.held = *until > *there};
}

Result<Reservation> SqlStore::reserve(std::string_view id, const Demand& demand)
{
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto held = holder(id, demand.now);
    if (!held) return held.error();
    if (held->held) {
      return task_is_running(id);
    }
    auto record = lookup_task(id);
    if (!record) return record.error();
    const auto until = rest_.there(demand.now + demand.lease);
    if (!until) return until.error();
    const auto taken = rest_.run(sql_.take, {us_of(*until), us_of(*until), id, record->revision});
    if (!taken) return taken.error();
    if (*taken == 0) continue;  // somebody changed it meanwhile
    ++record->revision;
    ++record->fence;
    record->moment = *until;
    held_.put(*record);
    Reservation reservation{*std::move(record)};
    reservation.until = demand.now + demand.lease;
    reservation.previous_worker = reservation.record.worker;
    return reservation;
  }
  return task_has_changed(id);
}

Result<std::vector<Store::Trait>> SqlStore::examine()
{
  const auto connection = rest_.connection();
  if (!connection) return connection.error();
  auto traits = database_->examine(**connection);
  if (!traits) return traits;
  traits->insert(traits->begin(),
                 Trait{fmt::format("tables {0}, {0}_history and {0}_notes, version {1}", sql_.name,
                                   schema_version),
                       ""});
  const auto now = system_clock().now();
  const auto there = rest_.there(now);
  if (!there) return there.error();
  const auto apart = std::chrono::abs(*there - now);
  if (apart > std::chrono::seconds{1}) {
    traits->push_back({fmt::format("its clock and ours are {} apart", duration_text(apart)),
                       "let both machines take the time from the network"});
  }
  return traits;
}

}  // namespace

Result<std::unique_ptr<Store>> open_sql_store(std::unique_ptr<SqlDatabase> database,
                                              const SqlStoreOptions& options)
{
  auto store = std::make_unique<SqlStore>(std::move(database), options.table);
  if (auto prepared = store->prepare(options.create); !prepared) return prepared.error();
  return std::unique_ptr<Store>{std::move(store)};
}

}  // namespace asyncz::stores
