// SPDX-License-Identifier: MIT
#include "stores/sql/sql_store.hpp"

#include "base/text.hpp"
#include "stores/sql/claims.hpp"
#include "stores/sql/history.hpp"
#include "stores/sql/leases.hpp"
#include "stores/sql/notes.hpp"
#include "stores/sql/schema.hpp"
#include "stores/sql/tasks.hpp"
#include "time/clock.hpp"

#include <fmt/format.h>

#include <utility>

namespace asyncz::stores {
namespace {

// Each part has its own file; this says which lane of threads (store.hpp) goes where.
class SqlStore final : public Store {
 public:
  SqlStore(std::unique_ptr<SqlDatabase> database, std::string_view table)
      : database_{std::move(database)},
        sql_{database_->kind(), table},
        rest_{*database_, sql_, true},
        lease_{*database_, sql_, true},
        tasks_{rest_, sql_},
        leases_{rest_, lease_, sql_, tasks_, held_},
        claims_{*database_, sql_, held_},
        history_{*database_, sql_},
        notes_{rest_, sql_}
  {
  }

  Status prepare(bool create);

  Status add_task(const Record& record) override { return tasks_.add({&record, 1}).front(); }
  Result<Record> lookup_task(std::string_view id) override { return tasks_.lookup(id); }
  Status update_task(const Record& record) override { return tasks_.update(record); }
  Status delete_task(std::string_view id, std::int64_t revision) override
  {
    return tasks_.remove(id, revision);
  }
  Status remove_all_tasks() override { return tasks_.remove_all(); }
  Result<std::vector<Record>> get_due_tasks(const Demand& demand) override
  {
    return claims_.due(rest_, demand);
  }
  Result<Instant> get_next_run_time(const Demand& demand) override
  {
    return claims_.first_moment(rest_, demand);
  }
  Status get_all_tasks(const Visit& visit) override { return tasks_.visit(visit); }

  std::vector<Status> add_tasks(std::span<const Record> records) override
  {
    return tasks_.add(records);
  }
  Result<std::vector<std::string>> ids_with_prefix(std::string_view prefix,
                                                   std::size_t limit) override
  {
    return tasks_.with_prefix(prefix, limit);
  }
  Result<std::vector<Reservation>> reserve_due(const Demand& demand) override
  {
    return claims_.reserve_due(demand);
  }
  Result<Reservation> reserve(std::string_view id, const Demand& demand) override
  {
    return leases_.reserve(id, demand);
  }
  Result<Holder> holder(std::string_view id, Instant now) override
  {
    return leases_.holder(id, now);
  }
  void ignore(Reservation reservation) override { claims_.ignore(reservation); }
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until) override
  {
    return leases_.extend(reservations, until);
  }
  std::vector<Status> settle(std::span<const Settlement> settlements) override
  {
    return leases_.settle(settlements);
  }
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
  Result<std::string> quarantine(std::string_view id) override { return tasks_.quarantine(id); }
  Result<std::vector<Trait>> examine() override;

 private:
  std::unique_ptr<SqlDatabase> database_;
  SqlStatements sql_;
  Held held_;
  SqlLink rest_;
  SqlLink lease_;
  SqlTasks tasks_;
  SqlLeases leases_;
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
