// SPDX-License-Identifier: MIT
#include "stores/memory/memory_store.hpp"

#include "store/demand.hpp"
#include "store/journal.hpp"
#include "stores/task_errors.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace asyncz::stores {

// What one handle has still to be told.
struct MemoryWatcher {
  UniqueFd event;
  Changes changes;
};

struct MemoryState {
  struct Hold {
    std::uint64_t fence = 0;
    Instant until;
  };

  std::mutex mutex;
  std::map<std::string, Record, std::less<>> records;
  std::set<std::pair<Instant, std::string>> by_moment;
  std::map<std::string, Hold, std::less<>> holds;  // unsettled reservations
  std::vector<MemoryWatcher*> watchers;
  Journal journal;
  std::string log_folder;  // made when it is first asked for, removed with the state

  ~MemoryState();
  // All below: with `mutex` held.
  void put(const Record& record);
  void erase(std::string_view id);
  void tell(std::string_view id, bool notes = false);
};

MemoryState::~MemoryState()
{
  std::error_code error;
  if (!log_folder.empty()) std::filesystem::remove_all(log_folder, error);
}

void MemoryState::put(const Record& record)
{
  auto& stored = records[record.id];
  by_moment.erase({stored.moment, record.id});
  stored = record;
  by_moment.emplace(stored.moment, stored.id);
  tell(record.id);
}

void MemoryState::erase(std::string_view id)
{
  const auto found = records.find(id);
  if (found == records.end()) return;
  by_moment.erase({found->second.moment, found->first});
  records.erase(found);
  if (const auto hold = holds.find(id); hold != holds.end()) holds.erase(hold);
  tell(id);
}

void MemoryState::tell(std::string_view id, bool notes)
{
  for (auto* watcher : watchers) {
    if (notes) {
      watcher->changes.notes = true;
    } else {
      watcher->changes.ids.emplace_back(id);
    }
    ::eventfd_write(watcher->event.get(), 1);
  }
}

namespace {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::shared_ptr<MemoryState> state) : state_{std::move(state)} {}
  ~MemoryStore() override;

  Status add_task(const Record& record) override;
  Result<Record> lookup_task(std::string_view id) override;
  Status update_task(const Record& record) override;
  Status delete_task(std::string_view id, std::int64_t revision) override;
  Status remove_all_tasks() override;
  Result<std::vector<Record>> get_due_tasks(const Demand& demand) override;
  Result<Instant> get_next_run_time(const Demand& demand) override;
  Status get_all_tasks(const Visit& visit) override;

  Result<std::vector<Reservation>> reserve_due(const Demand& demand) override;
  Result<Reservation> reserve(std::string_view id, const Demand& demand) override;
  Result<Holder> holder(std::string_view id, Instant now) override;
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until) override;
  std::vector<Status> settle(std::span<const Settlement> settlements) override;
  Result<int> watch() override;
  Result<Changes> changes() override;

  Status record_run(const RunRecord& run, const Reservation* of) override;
  Result<RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence,
                             std::uint32_t worker) override;
  Status runs(const RunQuery& query, const VisitRun& visit) override;
  Status prune_runs(Instant before, std::int64_t keep_bytes) override;
  std::optional<std::string> log_directory() const override;
  Status put_note(const Note& note) override;
  Status remove_note(NoteKind kind, std::string_view name) override;
  Result<std::vector<Note>> notes(NoteKind kind) override;

 private:
  void remember(const Reservation& reservation);

  std::shared_ptr<MemoryState> state_;  // with the other handles
  MemoryWatcher watcher_;
};

MemoryStore::~MemoryStore()
{
  const std::lock_guard lock{state_->mutex};
  std::erase(state_->watchers, &watcher_);
}

// What is kept in memory alone leaves nothing on a disk for others to find afterwards.
std::optional<std::string> MemoryStore::log_directory() const
{
  const std::lock_guard lock{state_->mutex};
  if (state_->log_folder.empty()) {
    std::error_code error;
    auto name = (std::filesystem::temp_directory_path(error) / "asyncz-XXXXXX").string();
    if (error || ::mkdtemp(name.data()) == nullptr) return std::nullopt;
    state_->log_folder = name;
  }
  return state_->log_folder;
}

Status MemoryStore::add_task(const Record& record)
{
  const std::lock_guard lock{state_->mutex};
  if (state_->records.contains(record.id)) {
    return id_is_taken(record.id);
  }
  state_->put(record);
  return {};
}

Result<Record> MemoryStore::lookup_task(std::string_view id)
{
  const std::lock_guard lock{state_->mutex};
  const auto found = state_->records.find(id);
  if (found == state_->records.end()) return no_such_task(id);
  return found->second;
}

Status MemoryStore::update_task(const Record& record)
{
  const std::lock_guard lock{state_->mutex};
  const auto found = state_->records.find(record.id);
  if (found == state_->records.end()) return no_such_task(record.id);
  const auto& stored = found->second;
  if (stored.revision != record.revision - 1 || stored.fence > record.fence) {
    return task_has_changed(record.id);
  }
  state_->put(record);
  return {};
}

Status MemoryStore::delete_task(std::string_view id, std::int64_t revision)
{
  const std::lock_guard lock{state_->mutex};
  const auto found = state_->records.find(id);
  if (found == state_->records.end()) return no_such_task(id);
  if (found->second.revision != revision) {
    return task_has_changed(id);
  }
  state_->erase(id);
  return {};
}

Status MemoryStore::remove_all_tasks()
{
  const std::lock_guard lock{state_->mutex};
  while (!state_->records.empty()) state_->erase(std::string{state_->records.begin()->first});
  return {};
}

Result<std::vector<Record>> MemoryStore::get_due_tasks(const Demand& demand)
{
  const std::lock_guard lock{state_->mutex};
  std::vector<Record> due;
  for (const auto& [moment, id] : state_->by_moment) {
    if (moment > demand.now) break;
    const auto& record = state_->records.find(id)->second;
    if (wanted_of(demand, record.queue) > 0) due.push_back(record);
  }
  choose(due, demand);
  return due;
}

Result<Instant> MemoryStore::get_next_run_time(const Demand& demand)
{
  const std::lock_guard lock{state_->mutex};
  for (const auto& [moment, id] : state_->by_moment) {
    if (wanted_of(demand, state_->records.find(id)->second.queue) > 0) return moment;
  }
  return never;
}

Status MemoryStore::get_all_tasks(const Visit& visit)
{
  std::vector<std::pair<Instant, std::string>> order;
  {
    const std::lock_guard lock{state_->mutex};
    order.assign(state_->by_moment.begin(), state_->by_moment.end());
  }
  for (const auto& [moment, id] : order) {
    auto record = lookup_task(id);
    if (!record) continue;  // removed meanwhile
    if (!visit(id, std::move(record))) break;
  }
  return {};
}

void MemoryStore::remember(const Reservation& reservation)
{
  const std::lock_guard lock{state_->mutex};
  state_->holds.insert_or_assign(reservation.record.id,
                                 MemoryState::Hold{reservation.record.fence, reservation.until});
}

Result<std::vector<Reservation>> MemoryStore::reserve_due(const Demand& demand)
{
  auto reservations = Store::reserve_due(demand);
  if (!reservations) return reservations.error();
  for (const auto& reservation : *reservations) remember(reservation);
  return reservations;
}

Result<Reservation> MemoryStore::reserve(std::string_view id, const Demand& demand)
{
  if (holder(id, demand.now)->held) {
    return task_is_running(id);
  }
  auto reservation = Store::reserve(id, demand);
  if (reservation) remember(*reservation);
  return reservation;
}

Result<Store::Holder> MemoryStore::holder(std::string_view id, Instant now)
{
  const std::lock_guard lock{state_->mutex};
  const auto hold = state_->holds.find(id);
  if (hold == state_->holds.end() || hold->second.until <= now) return Holder{};
  return Holder{.held = true, .pid = ::getpid()};
}

std::vector<Status> MemoryStore::extend(std::span<Reservation* const> reservations, Instant until)
{
  auto statuses = Store::extend(reservations, until);
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    if (statuses[i]) remember(*reservations[i]);
  }
  return statuses;
}

std::vector<Status> MemoryStore::settle(std::span<const Settlement> settlements)
{
  auto statuses = Store::settle(settlements);
  const std::lock_guard lock{state_->mutex};
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const auto& record = settlements[i].reservation->record;
    const auto hold = state_->holds.find(record.id);
    const bool ours = hold != state_->holds.end() && hold->second.fence == record.fence;
    if (statuses[i] && ours) state_->holds.erase(hold);
  }
  return statuses;
}

Result<int> MemoryStore::watch()
{
  const std::lock_guard lock{state_->mutex};
  if (!watcher_.event) {
    watcher_.event.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!watcher_.event) return Error{ErrorKind::unavailable, "no descriptor is left", {}};
    state_->watchers.push_back(&watcher_);
  }
  return watcher_.event.get();
}

Result<Changes> MemoryStore::changes()
{
  const std::lock_guard lock{state_->mutex};
  eventfd_t count = 0;
  if (watcher_.event) ::eventfd_read(watcher_.event.get(), &count);
  return std::exchange(watcher_.changes, {});
}

Status MemoryStore::record_run(const RunRecord& run, const Reservation* of)
{
  if (of != nullptr) {
    const std::lock_guard lock{state_->mutex};
    const auto found = state_->records.find(of->record.id);
    if (found == state_->records.end() || found->second.fence != of->record.fence) {
      return reservation_is_lost(of->record.id);
    }
  }
  state_->journal.record_run(run);
  return {};
}

Result<RunRecord> MemoryStore::find_run(std::uint64_t task_tag, std::uint64_t fence, std::uint32_t)
{
  return state_->journal.find_run(task_tag, fence);
}

Status MemoryStore::runs(const RunQuery& query, const VisitRun& visit)
{
  state_->journal.runs(query, visit);
  return {};
}

Status MemoryStore::prune_runs(Instant before, std::int64_t keep_bytes)
{
  state_->journal.prune_runs(before, keep_bytes);
  return {};
}

Status MemoryStore::put_note(const Note& note)
{
  auto put = state_->journal.put_note(note, this);
  const std::lock_guard lock{state_->mutex};
  state_->tell({}, true);
  return put;
}

Status MemoryStore::remove_note(NoteKind kind, std::string_view name)
{
  auto removed = state_->journal.remove_note(kind, name);
  const std::lock_guard lock{state_->mutex};
  state_->tell({}, true);
  return removed;
}

Result<std::vector<Note>> MemoryStore::notes(NoteKind kind) { return state_->journal.notes(kind); }

}  // namespace

std::shared_ptr<MemoryState> make_memory_state() { return std::make_shared<MemoryState>(); }

std::unique_ptr<Store> make_memory_store(std::shared_ptr<MemoryState> state)
{
  return std::make_unique<MemoryStore>(std::move(state));
}

}  // namespace asyncz::stores
