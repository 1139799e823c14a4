// SPDX-License-Identifier: MIT
#include "stores/mongo/mongo_store.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "stores/mongo/claims.hpp"
#include "stores/mongo/feed.hpp"
#include "stores/mongo/history.hpp"
#include "stores/mongo/leases.hpp"
#include "stores/mongo/notes.hpp"
#include "stores/mongo/tasks.hpp"
#include "time/clock.hpp"

#include <fmt/format.h>

#include <utility>

namespace asyncz::stores {
namespace {

// Each part has its own file; this says which lane of threads (store.hpp) goes where.
class MongoStore final : public Store {
 public:
  MongoStore(mongo::Deployment deployment, const std::string& collection)
      : server_{std::move(deployment), collection, new_task_id()}
  {
  }

  Status prepare(bool create) { return notes_.open(create); }

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
    return claims_.due(demand);
  }
  Result<Instant> get_next_run_time(const Demand& demand) override
  {
    return claims_.first_moment(demand);
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
    return tasks_.settle(settlements);
  }

  Result<int> watch() override { return feed_.watch(); }
  Result<Changes> changes() override
  {
    auto changes = feed_.changes();
    if (changes) changes->unreadable = claims_.take_unreadable();
    return changes;
  }
  Result<Instant> next_moment(const Demand& demand) override { return claims_.next_moment(demand); }
  bool held_elsewhere() const override { return claims_.held_elsewhere(); }

  Status record_run(const RunRecord& run, const Reservation* of) override
  {
    return history_.record(run, of);
  }
  Result<RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence, std::uint32_t) override
  {
    return history_.find(task_tag, fence);
  }
  Status runs(const RunQuery& query, const VisitRun& visit) override
  {
    return history_.visit(query, visit);
  }
  Status prune_runs(Instant before, std::int64_t keep_bytes) override
  {
    return history_.prune(before, keep_bytes);
  }
  Status put_note(const Note& note) override { return notes_.put(note); }
  Status remove_note(NoteKind kind, std::string_view name) override
  {
    return notes_.remove(kind, name);
  }
  Result<std::vector<Note>> notes(NoteKind kind) override { return notes_.all(kind); }
  bool notes_expire() const override { return true; }
  Result<std::vector<Trait>> examine() override;
  Result<std::string> quarantine(std::string_view id) override { return tasks_.quarantine(id); }

 private:
  mongo::Server server_;
  mongo::Tasks tasks_{server_};
  mongo::Claims claims_{server_};
  mongo::Leases leases_{server_};
  mongo::History history_{server_};
  mongo::Notes notes_{server_};
  mongo::Feed feed_{server_, notes_};
};

std::string form_of(const mongo::Document& greeting)
{
  if (greeting.text("msg") == "isdbgrid") return "a sharded cluster";
  if (const auto& name = greeting.text("setName"); !name.empty()) {
    return "replica set " + printable(name);
  }
  return "a single server";
}

// Documents that no command can name and no worker takes: an id is a text.
Status see_strangers(mongo::Link& link, const std::string& collection,
                     std::vector<Store::Trait>& traits)
{
  using mongo::Document;
  const Document no_text{{"_id", Document{{"$not", Document{{"$type", "string"}}}}}};
  const auto counted = link.ask({{"count", collection}, {"query", no_text}});
  if (!counted) return counted.error();
  const auto count = counted->number("n");
  if (count == 0) return {};
  traits.push_back(
      {fmt::format("{} documents of the collection {} are no tasks: their _id is not a text", count,
                   collection),
       fmt::format(
           "find them by db.getCollection('{}').find({{_id: {{$not: {{$type: 'string'}}}}}})"
           " and move them elsewhere",
           collection)});
  return {};
}

Result<std::vector<Store::Trait>> MongoStore::examine()
{
  auto& link = server_.rest;
  const auto build = link.ask({{"buildInfo", 1}});
  const auto greeting = link.ask({{"isMaster", 1}});
  if (!build || !greeting) return build ? greeting.error() : build.error();
  std::vector<Trait> traits{
      {fmt::format("MongoDB {} at {}, {}", printable(build->text("version")),
                   server_.deployment.text(), form_of(*greeting)),
       ""},
      {fmt::format("collections {0}, {0}_history and {0}_notes of the database {1}",
                   server_.collections.tasks, server_.deployment.database()),
       ""},
      {mongo::offers_streams(*greeting) ? "a change stream wakes idle workers"
                                        : "idle workers look for changes each second",
       ""}};
  if (auto seen = see_strangers(link, server_.collections.tasks, traits); !seen) {
    return seen.error();
  }
  if (const auto& version = build->text("ferretdbVersion"); !version.empty()) {
    traits.push_back({fmt::format("this is FerretDB {}, where two workers may take the same task",
                                  printable(version)),
                      "let one worker alone use this store, or use MongoDB"});
  }
  const auto now = system_clock().now();
  const auto there = link.there(now);
  if (!there) return there.error();
  const auto apart = std::chrono::abs(*there - now);
  if (apart > std::chrono::seconds{1}) {
    traits.push_back({fmt::format("its clock and ours are {} apart", duration_text(apart)),
                      "let both machines take the time from the network"});
  }
  return traits;
}

}  // namespace

Result<std::unique_ptr<Store>> open_mongo_store(const MongoStoreOptions& options)
{
  auto deployment = mongo::Deployment::open(options.deployment);
  if (!deployment) return deployment.error();
  auto store = std::make_unique<MongoStore>(*std::move(deployment), options.collection);
  if (auto prepared = store->prepare(options.create); !prepared) return prepared.error();
  return std::unique_ptr<Store>{std::move(store)};
}

}  // namespace asyncz::stores
