// SPDX-License-Identifier: MIT
#include "stores/file/file_store.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "store/demand.hpp"
#include "stores/file/claims.hpp"
#include "stores/file/disk.hpp"
#include "stores/file/folder.hpp"
#include "stores/file/history.hpp"
#include "stores/file/locks.hpp"
#include "stores/file/notes.hpp"
#include "stores/file/run_locks.hpp"
#include "stores/file/seat.hpp"
#include "stores/file/task_files.hpp"
#include "stores/file/task_writer.hpp"
#include "stores/file/two_threads.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

namespace asyncz::stores {
namespace {

// How much each half of get_all_tasks() keeps of what it has read in passing; the rest is read a
// second time.
constexpr std::size_t kept_bytes = std::size_t{32} << 20;

// A task that get_all_tasks() is about to visit.
struct Found {
  std::string id;
  Instant moment = never;
  std::optional<Result<Record>> record;  // where there was room for it
};

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
        writer_{folder_, files_, history_, locks_},
        cleans_up_{options.cleanup_directory}
  {
  }

  Status add_task(const Record& record) override { return writer_.add(record); }
  Result<Record> lookup_task(std::string_view id) override { return files_.read(id); }
  Status update_task(const Record& record) override { return writer_.update(record); }
  Status delete_task(std::string_view id, std::int64_t revision) override
  {
    return writer_.remove(id, revision);
  }
  Status remove_all_tasks() override { return writer_.remove_all(); }
  Result<std::vector<Record>> get_due_tasks(const Demand& demand) override;
  Result<Instant> get_next_run_time(const Demand& demand) override;
  Status get_all_tasks(const Visit& visit) override;

  std::vector<Status> add_tasks(std::span<const Record> records) override
  {
    return writer_.add_all(records);
  }
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
  void expect(Instant, const Demand&) override { claims_.expect(); }
  Result<Instant> next_moment(const Demand& demand) override { return claims_.next_moment(demand); }
  bool held_elsewhere() const override { return claims_.held_elsewhere(); }
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant) override
  {
    return writer_.extend(reservations);
  }
  std::vector<Status> settle(std::span<const Settlement> settlements) override
  {
    return writer_.settle(settlements);
  }
  Result<Holder> holder(std::string_view id, Instant now) override;

  Status record_run(const RunRecord& run, const Reservation*) override
  {
    return history_.append(run);
  }
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
  Result<std::string> quarantine(std::string_view id) override;
  std::optional<std::string> log_directory() const override;

 private:
  void read_some(std::span<Found> tasks) const;
  Status clean_up();

  Folder folder_;
  TaskFiles files_;
  WriteLocks locks_;  // of the rest lane
  Seat seat_;
  Claims claims_;
  History history_;
  Notes notes_;
  TaskWriter writer_;
  bool cleans_up_;
};

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
  });
  if (!visited) return visited.error();
  return moment;
}

// Records while there is room for them in memory, then moments only.
void FileStore::read_some(std::span<Found> tasks) const
{
  auto room = kept_bytes;
  TaskFiles::PrefixBuffer buffer;
  for (auto& task : tasks) {
    if (room == 0) {
      if (const auto prefix = files_.read_prefix(task.id, buffer)) task.moment = prefix->moment;
      continue;
    }
    auto record = files_.read(task.id);
    const auto size = sizeof(Found) + (record ? record->sealed.size() : 0);
    room -= std::min(room, size);
    if (record) task.moment = record->moment;
    task.record = std::move(record);
  }
}

Status FileStore::get_all_tasks(const Visit& visit)
{
  std::vector<Found> found;
  const auto listed = files_.each_id([&](std::string_view id) {
    found.push_back({.id = std::string{id}});
    return true;
  });
  if (!listed) return listed;
  in_halves(found.size(), [&](std::size_t begin, std::size_t end) {
    read_some(std::span{found}.subspan(begin, end - begin));
  });
  std::vector<Found*> order;
  order.reserve(found.size());
  for (auto& task : found) order.push_back(&task);
  std::sort(order.begin(), order.end(), [](const Found* a, const Found* b) {
    return std::tie(a->moment, a->id) < std::tie(b->moment, b->id);
  });
  for (auto* task : order) {
    auto record = task->record ? *std::move(task->record) : files_.read(task->id);
    if (!record && record.error().kind == ErrorKind::not_found) continue;  // removed meanwhile
    if (!visit(task->id, std::move(record))) break;
  }
  return {};
}

Result<std::vector<std::string>> FileStore::ids_with_prefix(std::string_view prefix,
                                                            std::size_t limit)
{
  std::vector<std::string> ids;
  const auto listed = files_.each_id([&](std::string_view id) {
    if (id.starts_with(prefix) && check_stored_id(id)) ids.emplace_back(id);
    return ids.size() < limit;
  });
  if (!listed) return listed.error();
  return ids;
}

// --- Beside the tasks ----------------------------------------------------------------------------

Result<Store::Holder> FileStore::holder(std::string_view id, Instant)
{
  if (!check_stored_id(id)) return Holder{};
  const auto process = RunLocks{folder_}.holder(id);
  if (!process) return process.error();
  return *process ? Holder{.held = true, .pid = **process} : Holder{};
}

Result<std::string> FileStore::quarantine(std::string_view id)
{
  const auto byte = locks_.lock(write_byte(id));
  if (!byte) return byte.error();
  return files_.quarantine(id);
}

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
  std::error_code missing;
  const bool holds_unreadable =
      !std::filesystem::is_empty(folder_.inner_path("quarantine"), missing) && !missing;
  if (*others || !empty || holds_unreadable) return {};
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
