// SPDX-License-Identifier: MIT
#include "stores/file/file_store.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "store/demand.hpp"
#include "stores/file/claims.hpp"
#include "stores/file/disk.hpp"
#include "stores/file/folder.hpp"
#include "stores/file/history.hpp"
#include "stores/file/holders.hpp"
#include "stores/file/locks.hpp"
#include "stores/file/notes.hpp"
#include "stores/file/seat.hpp"
#include "stores/file/task_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr std::size_t synced_alone = 8;   // more files than this are synced by one syncfs
constexpr std::size_t batch_chunk = 200;  // files that a batch has open at the same time

Error changed(std::string_view id)
{
  return {ErrorKind::conflict, "task '" + printable(id) + "' has changed meanwhile", {}};
}

class FileStore final : public Store {
 public:
  FileStore(Folder folder, const FileStoreOptions& options)
      : folder_{std::move(folder)},
        files_{folder_, options.suffix},
        locks_{folder_},
        seat_{folder_},
        claims_{folder_, files_, seat_},
        history_{folder_, seat_},
        notes_{folder_, seat_, locks_},
        cleans_up_{options.cleanup_directory}
  {
  }

  Status add_task(const Record& record) override;
  Result<Record> lookup_task(std::string_view id) override { return files_.read(id); }
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
  Result<Reservation> reserve(std::string_view id, const Demand& demand) override
  {
    return claims_.reserve(id, demand);
  }
  void ignore(Reservation reservation) override { claims_.ignore(std::move(reservation)); }
  Result<int> watch() override { return claims_.watch(); }
  Result<Changes> changes() override { return claims_.changes(); }
  Result<Instant> next_moment(const Demand& demand) override { return claims_.next_moment(demand); }
  bool held_elsewhere() const override { return claims_.held_elsewhere(); }
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until) override;
  std::vector<Status> settle(std::span<const Settlement> settlements) override;
  Result<Holder> holder(std::string_view id, Instant now) override;

  Status record_run(const RunRecord& run) override { return history_.append(run); }
  Result<RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence,
                             std::uint32_t worker) override
  {
    return history_.find(task_tag, fence, worker);
  }
  Status runs(const RunQuery& query, const VisitRun& visit) override
  {
    return history_.each(query, visit);
  }
  Status prune_runs(Instant before, std::int64_t keep_bytes) override
  {
    return history_.prune(before, keep_bytes);
  }
  Status put_note(const Note& note) override { return notes_.put(note); }
  Status remove_note(NoteKind kind, std::string_view name) override;
  Result<std::vector<Note>> notes(NoteKind kind) override { return notes_.all(kind); }
  std::optional<std::string> log_directory() const override;

 private:
  // Moments and ids, to be put in order before their files are read.
  using Order = std::vector<std::pair<Instant, std::string>>;

  Status make_batch(std::span<const Record> records, std::span<Status> statuses);
  Status check_unchanged(const Record& record) const;
  Status replace(const Record& record, Draft& draft);
  Status remove(std::string_view id, std::optional<std::int64_t> revision);
  Status apply(const Settlement& settlement, Draft& draft);
  void release(Reservation& reservation) const;
  Status clean_up();
  Status extend_one(const Reservation& reservation) const;

  Folder folder_;
  TaskFiles files_;
  WriteLocks locks_;  // of the rest lane
  Seat seat_;
  Claims claims_;
  History history_;
  Notes notes_;
  bool cleans_up_;
};

// --- Adding --------------------------------------------------------------------------------------

Status FileStore::add_task(const Record& record)
{
  if (auto named = check_stored_id(record.id); !named) return named;
  auto draft = files_.draft(record, true);
  if (!draft) return draft.error();
  if (auto published = files_.publish_new(*draft, record.id); !published) return published;
  auto synced = folder_.sync();
  if (!synced) static_cast<void>(files_.remove(record.id));
  return synced;
}

std::vector<Status> FileStore::add_tasks(std::span<const Record> records)
{
  std::vector<Status> statuses(records.size());
  if (records.size() == 1) {
    statuses[0] = add_task(records[0]);
    return statuses;
  }
  for (std::size_t at = 0; at < records.size(); at += batch_chunk) {
    const auto count = std::min(batch_chunk, records.size() - at);
    const auto chunk = std::span{statuses}.subspan(at, count);
    if (auto made = make_batch(records.subspan(at, count), chunk); !made) {
      std::fill(statuses.begin() + static_cast<std::ptrdiff_t>(at), statuses.end(), made);
      break;
    }
  }
  if (::syncfs(folder_.fd()) != 0) {
    std::fill(statuses.begin(), statuses.end(), disk_error("cannot make tasks durable", errno));
  }
  return statuses;
}

// Writes all, syncs all, then names all, so that no crash leaves a name without its content.
Status FileStore::make_batch(std::span<const Record> records, std::span<Status> statuses)
{
  std::vector<std::optional<Draft>> drafts(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    statuses[i] = check_stored_id(records[i].id);
    if (!statuses[i]) continue;
    auto draft = files_.draft(records[i], false);
    if (draft) {
      drafts[i] = *std::move(draft);
    } else {
      statuses[i] = draft.error();
    }
  }
  const bool synced = ::syncfs(folder_.fd()) == 0;
  const auto error = errno;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!drafts[i]) continue;
    if (synced) {
      statuses[i] = files_.publish_new(*drafts[i], records[i].id);
    } else {
      files_.discard(*drafts[i]);
    }
  }
  return synced ? Status{} : disk_error("cannot write tasks", error);
}

// --- Changing ------------------------------------------------------------------------------------

// Whether the file is at the revision before the record's. The caller has the write byte.
Status FileStore::check_unchanged(const Record& record) const
{
  const auto stored = files_.read(record.id);
  if (!stored) return stored.error();
  if (stored->revision != record.revision - 1 || stored->fence > record.fence) {
    return changed(record.id);
  }
  return {};
}

// Puts the draft in the record's place, if that is still at the revision before.
Status FileStore::replace(const Record& record, Draft& draft)
{
  const auto byte = locks_.lock(write_byte(record.id));
  if (!byte) return byte.error();
  if (auto unchanged = check_unchanged(record); !unchanged) return unchanged;
  return files_.publish_over(draft, record.id);
}

Status FileStore::update_task(const Record& record)
{
  if (auto unchanged = check_unchanged(record); !unchanged) return unchanged;
  auto draft = files_.draft(record, true);
  if (!draft) return draft.error();
  if (auto replaced = replace(record, *draft); !replaced) {
    files_.discard(*draft);
    return replaced;
  }
  return folder_.sync();
}

// Removes the file, if it can be read and, where a revision is given, is still at that one.
Status FileStore::remove(std::string_view id, std::optional<std::int64_t> revision)
{
  const auto byte = locks_.lock(write_byte(id));
  if (!byte) return byte.error();
  const auto record = files_.read(id);
  if (!record) return record.error();
  if (revision && record->revision != *revision) return changed(id);
  return files_.remove(id);
}

Status FileStore::delete_task(std::string_view id, std::int64_t revision)
{
  if (auto removed = remove(id, revision); !removed) return removed;
  return folder_.sync();
}

Status FileStore::remove_all_tasks()
{
  std::vector<std::string> ids;
  const auto listed = files_.each([&](std::string_view id, const Result<Prefix>&) {
    ids.emplace_back(id);
    return true;
  });
  if (!listed) return listed;

  Status first;
  std::size_t left = 0;
  for (const auto& id : ids) {
    auto removed = remove(id, std::nullopt);
    if (removed || removed.error().kind == ErrorKind::not_found) continue;
    if (left++ == 0) first = std::move(removed);
  }
  if (auto synced = folder_.sync(); !synced) return synced;
  if (left > 1) {
    return Error{first.error().kind,
                 first.error().what + " (and " + std::to_string(left - 1) + " more)",
                 first.error().hint};
  }
  return first;
}

// --- Looking -------------------------------------------------------------------------------------

Result<std::vector<Record>> FileStore::get_due_tasks(const Demand& demand)
{
  std::vector<Record> due;  // sealed bytes come later
  const auto visited = files_.each([&](std::string_view id, const Result<Prefix>& prefix) {
    if (prefix && prefix->moment <= demand.now && wanted_of(demand, prefix->queue) > 0) {
      due.push_back({.id = std::string{id},
                     .moment = prefix->moment,
                     .queue = std::string{prefix->queue},
                     .priority = prefix->priority});
    }
    return true;
  });
  if (!visited) return visited.error();
  choose(due, demand);

  std::vector<Record> records;
  for (const auto& candidate : due) {
    auto record = files_.read(candidate.id);
    if (record && record->moment <= demand.now) records.push_back(*std::move(record));
  }
  return records;
}

Result<Instant> FileStore::get_next_run_time(const Demand& demand)
{
  auto moment = never;
  const auto visited = files_.each([&](std::string_view, const Result<Prefix>& prefix) {
    if (prefix && wanted_of(demand, prefix->queue) > 0) moment = std::min(moment, prefix->moment);
    return true;
  });
  if (!visited) return visited.error();
  return moment;
}

Status FileStore::get_all_tasks(const Visit& visit)
{
  Order order;
  const auto listed = files_.each([&](std::string_view id, const Result<Prefix>& prefix) {
    order.emplace_back(prefix ? prefix->moment : never, id);
    return true;
  });
  if (!listed) return listed;
  std::sort(order.begin(), order.end());
  for (const auto& [moment, id] : order) {
    auto record = files_.read(id);
    if (!record && record.error().kind == ErrorKind::not_found) continue;  // removed meanwhile
    if (!visit(id, std::move(record))) break;
  }
  return {};
}

Result<std::vector<std::string>> FileStore::ids_with_prefix(std::string_view prefix,
                                                            std::size_t limit)
{
  std::vector<std::string> ids;
  const auto listed = each_name(folder_.fd(), [&](const char* name, unsigned char) {
    const auto id = files_.id_of(name);
    if (id && id->starts_with(prefix) && check_stored_id(*id)) ids.emplace_back(*id);
    return ids.size() < limit;
  });
  if (!listed) return listed.error();
  return ids;
}

// --- Settling ------------------------------------------------------------------------------------

// A kernel lock needs no prolonging, but what the reservation wrote becomes durable.
std::vector<Status> FileStore::extend(std::span<Reservation* const> reservations, Instant)
{
  std::vector<Status> statuses;
  for (const auto* reservation : reservations) statuses.push_back(extend_one(*reservation));
  return statuses;
}

Status FileStore::extend_one(const Reservation& reservation) const
{
  const auto& id = reservation.record.id;
  const auto fd = files_.open(id, O_RDONLY);
  if (!fd && fd.error().kind == ErrorKind::not_found) return changed(id);
  if (!fd) return fd.error();
  TaskFiles::PrefixBuffer buffer;
  const auto prefix = files_.read_prefix(id, buffer);
  if (!prefix || prefix->revision != reservation.record.revision) return changed(id);
  return sync(fd->get(), "cannot make task '" + printable(id) + "' durable");
}

// Replaces or removes the reserved record, if nobody has edited it.
Status FileStore::apply(const Settlement& settlement, Draft& draft)
{
  const auto& reservation = *settlement.reservation;
  if (settlement.record) return replace(*settlement.record, draft);
  return remove(reservation.record.id, reservation.record.revision);
}

std::vector<Status> FileStore::settle(std::span<const Settlement> settlements)
{
  std::vector<Status> statuses(settlements.size());
  std::vector<Draft> drafts(settlements.size());
  const bool together = settlements.size() > synced_alone;
  for (std::size_t i = 0; i < settlements.size(); ++i) {
    if (!settlements[i].record) continue;
    auto draft = files_.draft(*settlements[i].record, !together);
    if (draft) {
      drafts[i] = *std::move(draft);
    } else {
      statuses[i] = draft.error();
    }
  }
  if (together && ::syncfs(folder_.fd()) != 0) {
    statuses.assign(settlements.size(), disk_error("cannot settle runs", errno));
  }
  if (auto synced = history_.sync(); !synced) statuses.assign(settlements.size(), synced);
  for (std::size_t i = 0; i < settlements.size(); ++i) {
    if (statuses[i]) statuses[i] = apply(settlements[i], drafts[i]);
    if (!statuses[i]) files_.discard(drafts[i]);
  }
  if (auto synced = folder_.sync(); !synced) {
    for (auto& status : statuses) {
      if (status) status = synced;
    }
  }
  for (std::size_t i = 0; i < settlements.size(); ++i) {
    if (statuses[i]) release(*settlements[i].reservation);
  }
  return statuses;
}

// Unlocks for whoever else inherited the lock, and closes, which wakes who waits for it.
void FileStore::release(Reservation& reservation) const
{
  if (!reservation.lock) return;
  unlock(reservation.lock.get(), run_byte(reservation.record.id));
  reservation.lock.reset();
}

Result<Store::Holder> FileStore::holder(std::string_view id, Instant)
{
  const auto inner = folder_.inner({}, false);
  if (!inner) return Holder{};
  const auto lock = open_regular(inner->get(), "lock", O_RDONLY);
  if (!lock && lock.error().kind == ErrorKind::not_found) return Holder{};
  if (!lock) return lock.error();
  if (!is_locked(lock->get(), run_byte(id))) return Holder{};
  return Holder{.held = true, .pid = process_with_lock(lock->get(), run_byte(id)).value_or(0)};
}

// --- Beside the tasks ----------------------------------------------------------------------------

std::optional<std::string> FileStore::log_directory() const
{
  static_cast<void>(folder_.inner("logs", true));  // whoever opens a log says what is wrong
  return folder_.inner_path("logs");
}

Status FileStore::remove_note(NoteKind kind, std::string_view name)
{
  auto removed = notes_.remove(kind, name);
  if (removed && kind == NoteKind::worker && cleans_up_) return clean_up();
  return removed;
}

// The last worker takes with it what is ours, where no task is left.
Status FileStore::clean_up()
{
  const auto others = notes_.others_live();
  if (!others) return others.error();
  bool empty = true;
  const auto listed = each_name(folder_.fd(), [&](const char* name, unsigned char) {
    empty = std::string_view{name} == ".asyncz";
    return empty;
  });
  if (!listed) return listed;
  if (*others || !empty) return {};
  std::error_code error;
  std::filesystem::remove_all(folder_.inner_path({}), error);
  if (error) return disk_error("cannot remove '" + printable(folder_.path()) + "'", error.value());
  std::filesystem::remove(folder_.path(), error);
  return {};
}

}  // namespace

Result<std::unique_ptr<Store>> open_file_store(const FileStoreOptions& options)
{
  auto folder = Folder::open(options.directory, options.mode, options.create);
  if (!folder) return folder.error();
  return std::unique_ptr<Store>{std::make_unique<FileStore>(*std::move(folder), options)};
}

}  // namespace asyncz::stores
