// SPDX-License-Identifier: MIT
// What a store need not do itself, in terms of the eight operations.
#include "store/store.hpp"

#include "base/text.hpp"
#include "store/demand.hpp"
#include "store/journal.hpp"

#include <utility>

namespace asyncz {
namespace {

// Record::worker of what is reserved; else it is 0.
constexpr std::uint32_t somebody = 1;

// The record as it is once it is reserved until `until`.
Record reserved(Record record, Instant until)
{
  ++record.revision;
  ++record.fence;
  record.moment = until;
  record.worker = somebody;
  return record;
}

bool is_held(const Record& record, Instant now)
{
  return record.worker == somebody && record.moment > now;
}

// Whether a compare-and-swap lost against somebody else, which is no failure of the store.
bool was_outrun(const Error& error)
{
  return error.kind == ErrorKind::conflict || error.kind == ErrorKind::not_found;
}

}  // namespace

Store::Store() : journal_{std::make_unique<Journal>()} {}
Store::~Store() = default;

std::vector<Status> Store::add_tasks(std::span<const Record> records)
{
  std::vector<Status> statuses;
  statuses.reserve(records.size());
  for (const auto& record : records) statuses.push_back(add_task(record));
  return statuses;
}

Result<std::vector<std::string>> Store::ids_with_prefix(std::string_view prefix, std::size_t limit)
{
  std::vector<std::string> ids;
  const auto visited = get_all_tasks([&](std::string_view id, const Result<Record>&) {
    if (ids.size() < limit && id.starts_with(prefix)) ids.emplace_back(id);
    return ids.size() < limit;
  });
  if (!visited) return visited.error();
  return ids;
}

Result<std::vector<Reservation>> Store::reserve_due(const Demand& demand)
{
  auto wider = demand;
  wider.limit += ignored_.size();
  const auto due = get_due_tasks(wider);
  if (!due) return due.error();

  std::vector<Reservation> reservations;
  Allowance allowance{demand};
  for (const auto& record : *due) {
    if (is_ignored(record) || !allowance.admits(record.queue)) continue;
    Reservation reservation{reserved(record, demand.now + demand.lease)};
    const auto written = update_task(reservation.record);
    if (!written && was_outrun(written.error())) continue;
    if (!written && reservations.empty()) return written.error();
    if (!written) break;
    reservation.until = reservation.record.moment;
    reservation.previous_worker = record.worker;
    allowance.take(record.queue);
    reservations.push_back(std::move(reservation));
  }
  return reservations;
}

Result<Reservation> Store::reserve(std::string_view id, const Demand& demand)
{
  auto record = lookup_task(id);
  if (!record) return record.error();
  if (is_held(*record, demand.now)) {
    return Error{ErrorKind::conflict, "somebody holds task '" + printable(id) + "'", {}};
  }
  Reservation reservation{reserved(*std::move(record), demand.now + demand.lease)};
  if (const auto written = update_task(reservation.record); !written) return written.error();
  reservation.until = reservation.record.moment;
  return reservation;
}

Result<Store::Holder> Store::holder(std::string_view id, Instant now)
{
  const auto record = lookup_task(id);
  if (!record && record.error().kind == ErrorKind::not_found) return Holder{};
  if (!record) return record.error();
  return Holder{.held = is_held(*record, now)};
}

void Store::expect(Instant, const Demand&) {}

void Store::ignore(Reservation reservation)
{
  ignored_.insert_or_assign(reservation.record.id, reservation.record.revision);
}

bool Store::is_ignored(const Record& record) const
{
  const auto entry = ignored_.find(record.id);
  return entry != ignored_.end() && entry->second == record.revision;
}

std::vector<Status> Store::extend(std::span<Reservation* const> reservations, Instant until)
{
  std::vector<Status> statuses;
  for (auto* reservation : reservations) statuses.push_back(extend_one(*reservation, until));
  return statuses;
}

// Our own write raises the revision; only where nobody else's did before is it ours to settle.
Status Store::extend_one(Reservation& reservation, Instant until)
{
  auto& ours = reservation.record;
  for (;;) {
    auto stored = lookup_task(ours.id);
    const bool gone = !stored && stored.error().kind == ErrorKind::not_found;
    if (!stored && !gone) return stored.error();
    if (gone || stored->fence != ours.fence) {
      return Error{
          ErrorKind::conflict, "the reservation of task '" + printable(ours.id) + "' is lost", {}};
    }
    const bool edited = stored->revision != ours.revision;
    ++stored->revision;
    stored->moment = until;
    const auto written = update_task(*stored);
    if (!written && was_outrun(written.error())) continue;
    if (!written) return written;
    reservation.until = until;
    reservation.edited = reservation.edited || edited;
    if (!edited) ours = *std::move(stored);
    return {};
  }
}

std::vector<Status> Store::settle(std::span<const Settlement> settlements)
{
  std::vector<Status> statuses;
  for (const auto& [reservation, record] : settlements) {
    auto after = record;
    if (after) after->worker = 0;
    statuses.push_back(after ? update_task(*after)
                             : delete_task(reservation->record.id, reservation->record.revision));
    if (statuses.back()) reservation->lock.reset();
  }
  return statuses;
}

Result<int> Store::watch() { return -1; }

Result<Changes> Store::changes() { return Changes{.unknown = true}; }

Result<Instant> Store::next_moment(const Demand& demand)
{
  if (ignored_.empty()) return get_next_run_time(demand);
  auto moment = never;
  const auto visited = get_all_tasks([&](std::string_view, const Result<Record>& record) {
    if (!record || is_ignored(*record) || wanted_of(demand, record->queue) == 0) return true;
    moment = record->moment;
    return false;
  });
  if (!visited) return visited.error();
  return moment;
}

bool Store::held_elsewhere() const { return false; }

Status Store::record_run(const RunRecord& run, const Reservation*)
{
  journal_->record_run(run);
  return {};
}

Result<RunRecord> Store::find_run(std::uint64_t task_tag, std::uint64_t fence, std::uint32_t)
{
  return journal_->find_run(task_tag, fence);
}

Status Store::runs(const RunQuery& query, const VisitRun& visit)
{
  journal_->runs(query, visit);
  return {};
}

Status Store::prune_runs(Instant before, std::int64_t keep_bytes)
{
  journal_->prune_runs(before, keep_bytes);
  return {};
}

Status Store::put_note(const Note& note) { return journal_->put_note(note, this); }

Status Store::remove_note(NoteKind kind, std::string_view name)
{
  return journal_->remove_note(kind, name);
}

Result<std::vector<Note>> Store::notes(NoteKind kind) { return journal_->notes(kind); }

bool Store::notes_expire() const { return false; }

Result<std::vector<Store::Trait>> Store::examine() { return std::vector<Trait>{}; }

Result<std::string> Store::quarantine(std::string_view)
{
  return Error{ErrorKind::usage, "this store has no place for what cannot be read", ""};
}

std::optional<std::string> Store::log_directory() const { return std::nullopt; }

}  // namespace asyncz
