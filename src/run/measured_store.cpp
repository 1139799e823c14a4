// SPDX-License-Identifier: MIT
#include "run/measured_store.hpp"

#include "run/wait.hpp"

#include <type_traits>
#include <utility>

namespace asyncz {
namespace {

const Error* error_of(const Status& status) { return status ? nullptr : &status.error(); }

template <class T>
const Error* error_of(const Result<T>& result)
{
  return result ? nullptr : &result.error();
}

// The last one; a store that fails fails all of them.
const Error* error_of(const std::vector<Status>& statuses)
{
  const Error* error = nullptr;
  for (const auto& status : statuses) {
    if (!status) error = &status.error();
  }
  return error;
}

class MeasuredStore final : public Store {
 public:
  MeasuredStore(std::unique_ptr<Store> inner, Metrics& metrics)
      : inner_{std::move(inner)}, metrics_{metrics}
  {
  }

  Status add_task(const Record& record) override
  {
    return measure("add", [&] { return inner_->add_task(record); });
  }
  Result<Record> lookup_task(std::string_view id) override
  {
    return measure("lookup", [&] { return inner_->lookup_task(id); });
  }
  Status update_task(const Record& record) override
  {
    return measure("update", [&] { return inner_->update_task(record); });
  }
  Status delete_task(std::string_view id, std::int64_t revision) override
  {
    return measure("delete", [&] { return inner_->delete_task(id, revision); });
  }
  Status remove_all_tasks() override
  {
    return measure("delete", [&] { return inner_->remove_all_tasks(); });
  }
  Result<std::vector<Record>> get_due_tasks(const Demand& demand) override
  {
    return measure("due", [&] { return inner_->get_due_tasks(demand); });
  }
  Result<Instant> get_next_run_time(const Demand& demand) override
  {
    return measure("due", [&] { return inner_->get_next_run_time(demand); });
  }
  Status get_all_tasks(const Visit& visit) override
  {
    return measure("all", [&] { return inner_->get_all_tasks(visit); });
  }

  std::vector<Status> add_tasks(std::span<const Record> records) override
  {
    return measure("add", [&] { return inner_->add_tasks(records); });
  }
  Result<std::vector<std::string>> ids_with_prefix(std::string_view prefix,
                                                   std::size_t limit) override
  {
    return measure("lookup", [&] { return inner_->ids_with_prefix(prefix, limit); });
  }
  Result<std::vector<Reservation>> reserve_due(const Demand& demand) override
  {
    return measure("reserve", [&] { return inner_->reserve_due(demand); });
  }
  Result<Reservation> reserve(std::string_view id, const Demand& demand) override
  {
    return measure("reserve", [&] { return inner_->reserve(id, demand); });
  }
  Result<Holder> holder(std::string_view id, Instant now) override
  {
    return measure("lookup", [&] { return inner_->holder(id, now); });
  }
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until) override
  {
    return measure("extend", [&] { return inner_->extend(reservations, until); });
  }
  std::vector<Status> settle(std::span<const Settlement> settlements) override
  {
    return measure("settle", [&] { return inner_->settle(settlements); });
  }
  Result<Changes> changes() override
  {
    return measure("changes", [&] { return inner_->changes(); });
  }
  Status record_run(const RunRecord& run, const Reservation* of) override
  {
    return measure("record", [&] { return inner_->record_run(run, of); });
  }
  Result<RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence,
                             std::uint32_t worker) override
  {
    return measure("history", [&] { return inner_->find_run(task_tag, fence, worker); });
  }
  Status runs(const RunQuery& query, const VisitRun& visit) override
  {
    return measure("history", [&] { return inner_->runs(query, visit); });
  }
  Status prune_runs(Instant before, std::int64_t keep_bytes) override
  {
    return measure("prune", [&] { return inner_->prune_runs(before, keep_bytes); });
  }
  Status put_note(const Note& note) override
  {
    return measure("notes", [&] { return inner_->put_note(note); });
  }
  Status remove_note(NoteKind kind, std::string_view name) override
  {
    return measure("notes", [&] { return inner_->remove_note(kind, name); });
  }
  Result<std::vector<Note>> notes(NoteKind kind) override
  {
    return measure("notes", [&] { return inner_->notes(kind); });
  }
  Result<std::vector<Trait>> examine() override { return inner_->examine(); }
  Result<std::string> quarantine(std::string_view id) override { return inner_->quarantine(id); }

  // What is answered from memory.
  void expect(Instant until, const Demand& demand) override { inner_->expect(until, demand); }
  void ignore(Reservation reservation) override { inner_->ignore(std::move(reservation)); }
  Result<int> watch() override { return inner_->watch(); }
  Result<Instant> next_moment(const Demand& demand) override { return inner_->next_moment(demand); }
  bool held_elsewhere() const override { return inner_->held_elsewhere(); }
  bool notes_expire() const override { return inner_->notes_expire(); }
  std::optional<std::string> log_directory() const override { return inner_->log_directory(); }

 private:
  template <class Call>
  std::invoke_result_t<Call> measure(std::string_view operation, Call call)
  {
    const auto begin = Steady::now();
    auto answer = call();
    const auto took = std::chrono::duration_cast<Duration>(Steady::now() - begin);
    metrics_.store_answered(operation, took, error_of(answer));
    return answer;
  }

  std::unique_ptr<Store> inner_;
  Metrics& metrics_;
};

}  // namespace

std::unique_ptr<Store> measured(std::unique_ptr<Store> store, Metrics& metrics)
{
  return std::make_unique<MeasuredStore>(std::move(store), metrics);
}

}  // namespace asyncz
