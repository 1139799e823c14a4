// SPDX-License-Identifier: MIT
#include "stores/custom/custom_store.hpp"

#include "base/text.hpp"
#include "stores/custom/claims.hpp"
#include "stores/custom/helpers.hpp"
#include "stores/custom/history.hpp"
#include "stores/custom/machine_journal.hpp"
#include "stores/custom/tasks.hpp"
#include "stores/custom/watching.hpp"
#include "stores/task_errors.hpp"

#include <algorithm>
#include <utility>

namespace asyncz::stores {
namespace {

using wire::Offer;

constexpr Duration look_again = std::chrono::seconds{1};  // while nobody tells of changes

// Each part has its own file; this says what the helper does and what is done in its place.
class CustomStore final : public Store {
 public:
  CustomStore(std::unique_ptr<Helpers> helpers, const wire::Offers& offers,
              std::string journal_directory)
      : helpers_{std::move(helpers)}, offers_{offers}, journal_{std::move(journal_directory)}
  {
  }

  Status add_task(const Record& record) override { return tasks_.add(record); }
  Result<Record> lookup_task(std::string_view id) override { return tasks_.lookup(id); }
  Status update_task(const Record& record) override { return tasks_.update(record); }
  Status delete_task(std::string_view id, std::int64_t revision) override
  {
    return tasks_.remove(id, revision);
  }
  Status remove_all_tasks() override { return tasks_.remove_all(); }
  Result<std::vector<Record>> get_due_tasks(const Demand& demand) override
  {
    return tasks_.due(demand);
  }
  Result<Instant> get_next_run_time(const Demand& demand) override
  {
    return tasks_.next_run_time(demand);
  }
  Status get_all_tasks(const Visit& visit) override { return tasks_.visit(visit); }

  std::vector<Status> add_tasks(std::span<const Record> records) override;
  Result<std::vector<std::string>> ids_with_prefix(std::string_view prefix,
                                                   std::size_t limit) override;
  Result<std::vector<Reservation>> reserve_due(const Demand& demand) override;
  Result<Reservation> reserve(std::string_view id, const Demand& demand) override;
  Result<Holder> holder(std::string_view id, Instant now) override;
  void ignore(Reservation reservation) override;
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until) override;
  std::vector<Status> settle(std::span<const Settlement> settlements) override;

  Result<int> watch() override;
  Result<Changes> changes() override;
  Result<Instant> next_moment(const Demand& demand) override;

  Status record_run(const RunRecord& run, const Reservation* of) override;
  Result<RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence, std::uint32_t) override
  {
    return has(Offer::history) ? history_.find_run(task_tag, fence)
                               : journal_.find_run(task_tag, fence);
  }
  Status runs(const RunQuery& query, const VisitRun& visit) override
  {
    return has(Offer::history) ? history_.runs(query, visit) : journal_.runs(query, visit);
  }
  Status prune_runs(Instant before, std::int64_t keep_bytes) override
  {
    return has(Offer::history) ? history_.prune_runs(before, keep_bytes)
                               : journal_.prune_runs(before, keep_bytes);
  }
  Status put_note(const Note& note) override
  {
    return has(Offer::notes) ? history_.put_note(note) : journal_.put_note(note);
  }
  Status remove_note(NoteKind kind, std::string_view name) override
  {
    return has(Offer::notes) ? history_.remove_note(kind, name) : journal_.remove_note(kind, name);
  }
  Result<std::vector<Note>> notes(NoteKind kind) override
  {
    return has(Offer::notes) ? history_.notes(kind) : journal_.notes(kind);
  }
  bool notes_expire() const override { return has(Offer::notes); }
  Result<std::vector<Trait>> examine() override;
  Result<std::string> quarantine(std::string_view id) override
  {
    return has(Offer::quarantine) ? tasks_.quarantine(id) : Store::quarantine(id);
  }

 private:
  [[nodiscard]] bool has(Offer offer) const { return offers_.has(offer); }
  // A helper that does not keep the notes cannot tell of paused queues.
  [[nodiscard]] bool tells_of_all() const { return has(Offer::watch) && has(Offer::notes); }
  Status still_holds(const Reservation& reservation);

  std::unique_ptr<Helpers> helpers_;
  const wire::Offers offers_;
  custom::Tasks tasks_{*helpers_};
  custom::Claims claims_{*helpers_};
  custom::History history_{*helpers_};
  Watching watching_{*helpers_};
  MachineJournal journal_;
};

std::vector<Status> CustomStore::add_tasks(std::span<const Record> records)
{
  return has(Offer::batches) ? tasks_.add_batch(records) : Store::add_tasks(records);
}

Result<std::vector<std::string>> CustomStore::ids_with_prefix(std::string_view prefix,
                                                              std::size_t limit)
{
  return has(Offer::prefixes) ? tasks_.with_prefix(prefix, limit)
                              : Store::ids_with_prefix(prefix, limit);
}

// --- Reservations --------------------------------------------------------------------------------

Result<std::vector<Reservation>> CustomStore::reserve_due(const Demand& demand)
{
  return has(Offer::reservations) ? claims_.reserve_due(demand) : Store::reserve_due(demand);
}

Result<Reservation> CustomStore::reserve(std::string_view id, const Demand& demand)
{
  return has(Offer::reservations) ? claims_.reserve(id, demand) : Store::reserve(id, demand);
}

Result<Store::Holder> CustomStore::holder(std::string_view id, Instant now)
{
  return has(Offer::reservations) ? claims_.holder(id, now) : Store::holder(id, now);
}

void CustomStore::ignore(Reservation reservation)
{
  claims_.ignore(reservation);
  Store::ignore(std::move(reservation));  // which next_moment() passes over
}

std::vector<Status> CustomStore::extend(std::span<Reservation* const> reservations, Instant until)
{
  return has(Offer::reservations) ? claims_.extend(reservations, until)
                                  : Store::extend(reservations, until);
}

std::vector<Status> CustomStore::settle(std::span<const Settlement> settlements)
{
  if (!has(Offer::history)) {
    if (const auto synced = journal_.sync(); !synced) {
      return std::vector<Status>(settlements.size(), synced);
    }
  }
  return has(Offer::reservations) ? claims_.settle(settlements) : Store::settle(settlements);
}

// --- Waiting -------------------------------------------------------------------------------------

Result<int> CustomStore::watch() { return tells_of_all() ? watching_.watch() : Store::watch(); }

Result<Changes> CustomStore::changes()
{
  return tells_of_all() ? watching_.changes() : Store::changes();
}

Result<Instant> CustomStore::next_moment(const Demand& demand)
{
  auto moment = Store::next_moment(demand);
  if (!moment || !watching_.has_been_lost()) return moment;
  return std::min(*moment, demand.now + look_again);
}

// --- History -------------------------------------------------------------------------------------

// The result of a worker that was cut off does not count.
Status CustomStore::still_holds(const Reservation& reservation)
{
  const auto& ours = reservation.record;
  const auto stored = lookup_task(ours.id);
  if (stored && stored->fence == ours.fence) return {};
  if (!stored && stored.error().kind != ErrorKind::not_found) return stored.error();
  return reservation_is_lost(ours.id);
}

Status CustomStore::record_run(const RunRecord& run, const Reservation* of)
{
  if (has(Offer::history)) return history_.record_run(run, of);
  if (of != nullptr) {
    if (auto holds = still_holds(*of); !holds) return holds;
  }
  return journal_.record_run(run);
}

Result<std::vector<Store::Trait>> CustomStore::examine()
{
  std::vector<Trait> traits;
  const auto& program = helpers_->program();
  traits.push_back({program.name + " is " + program.path, {}});
  if (!has(Offer::history)) {
    traits.push_back({"the history is that of this machine, in " + journal_.directory(), {}});
  }
  if (!tells_of_all()) traits.push_back({"changes are found by looking each second", {}});
  if (!has(Offer::examination)) return traits;
  const auto read = [](const Value& item) -> Result<Trait> {
    wire::Fields fields{item};
    Trait trait{printable(fields.text("what")), {}};
    if (const auto mend = fields.find("mend")) trait.mend = printable(fields.text("mend"));
    if (!fields.status()) return fields.status().error();
    return trait;
  };
  auto told = helpers_->items<Trait>("examine", {}, read);
  if (!told) return told.error();
  std::move(told->begin(), told->end(), std::back_inserter(traits));
  return traits;
}

}  // namespace

Result<std::unique_ptr<Store>> make_custom_store(std::unique_ptr<Helpers> helpers,
                                                 std::string journal_directory)
{
  auto first = helpers->take();
  if (!first) return first.error();
  const auto offers = (*first)->offers();
  helpers->put_back(*std::move(first));
  return std::unique_ptr<Store>{
      std::make_unique<CustomStore>(std::move(helpers), offers, std::move(journal_directory))};
}

}  // namespace asyncz::stores
