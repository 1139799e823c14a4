// SPDX-License-Identifier: MIT
#include "stores/redis/redis_store.hpp"

#include "base/text.hpp"
#include "stores/redis/claims.hpp"
#include "stores/redis/examination.hpp"
#include "stores/redis/history.hpp"
#include "stores/redis/record_value.hpp"
#include "stores/redis/subscription.hpp"
#include "stores/redis/tasks.hpp"

#include <random>
#include <utility>

namespace asyncz::stores {
namespace {

using redis::Keys;
using redis::Server;

std::string random_name()
{
  std::random_device chance;
  const auto number = std::uint64_t{chance()} << 32U | chance();
  return hex_text(number);
}

// Each part has its own file; this says which lane of threads (store.hpp) goes where.
class RedisStore final : public Store {
 public:
  explicit RedisStore(const RedisStoreOptions& options)
      : server_{
            options.endpoint,
            Keys{options.key_prefix + options.tasks_key, options.key_prefix + options.run_times_key,
                 options.key_prefix + options.tasks_key + ":changes"},
            random_name(), options.server_time}
  {
  }

  Status begin();

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
    return claims_.next_run_time(demand);
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
    return claims_.reserve(id, demand);
  }
  Result<Holder> holder(std::string_view id, Instant now) override
  {
    return claims_.holder(id, now);
  }
  void ignore(Reservation reservation) override { claims_.ignore(reservation.record); }
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until) override
  {
    return claims_.extend(reservations, until);
  }
  std::vector<Status> settle(std::span<const Settlement> settlements) override
  {
    return claims_.settle(settlements);
  }

  Result<int> watch() override { return subscription_.watch(); }
  Result<Changes> changes() override
  {
    auto changes = subscription_.changes();
    changes.unreadable = claims_.take_unreadable();
    if (changes.unknown || !changes.ids.empty()) server_.changed = true;
    return changes;
  }
  Result<Instant> next_moment(const Demand& demand) override
  {
    return claims_.next_moment(demand, subscription_.is_alive());
  }
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
  Status put_note(const Note& note) override { return history_.put_note(note); }
  Status remove_note(NoteKind kind, std::string_view name) override
  {
    return history_.remove_note(kind, name);
  }
  Result<std::vector<Note>> notes(NoteKind kind) override { return history_.notes(kind); }
  Result<std::string> quarantine(std::string_view id) override { return tasks_.quarantine(id); }
  bool notes_expire() const override { return true; }
  Result<std::vector<Trait>> examine() override { return redis::examine(server_); }

 private:
  Server server_;
  redis::Tasks tasks_{server_};
  redis::Claims claims_{server_};
  redis::History history_{server_};
  redis::Subscription subscription_{server_};
};

// Whether the server is there and may be used. Who may not ask it for more learns of a cluster when
// a key is written.
Status RedisStore::begin()
{
  const auto info = server_.rest.ask({"INFO", "cluster"});
  if (!info) {
    if (info.error().kind != ErrorKind::denied) return info.error();
    const auto answer = server_.rest.ask(redis::Command{"PING"});
    return answer ? Status{} : answer.error();
  }
  const bool is_cluster = info->text.find("cluster_enabled:1") != std::string::npos;
  if (!is_cluster || server_.keys.share_a_slot()) return {};
  return Error{ErrorKind::usage,
               "the Redis server at " + server_.endpoint.text() +
                   " is of a cluster, where all keys of a store have one hash tag",
               std::string{redis::hash_tag_hint}};
}

}  // namespace

Result<std::unique_ptr<Store>> open_redis_store(const RedisStoreOptions& options)
{
  auto store = std::make_unique<RedisStore>(options);
  if (auto begun = store->begin(); !begun) return begun.error();
  return std::unique_ptr<Store>{std::move(store)};
}

}  // namespace asyncz::stores
