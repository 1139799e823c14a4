// SPDX-License-Identifier: MIT
#include "stores/file/task_writer.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "stores/file/disk.hpp"
#include "stores/file/two_threads.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr std::size_t synced_alone = 8;  // more files than this are synced by one syncfs
constexpr rlim_t batch_chunk = 10'000;   // files that a batch has open at the same time
constexpr rlim_t other_files = 128;      // what else may be open beside them

// While it lives this process may have a batch's files open, as far as the system lets it.
class ManyFiles {
 public:
  ManyFiles()
  {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    now_ = before_;
    now_.rlim_cur =
        std::max(before_.rlim_cur, std::min(before_.rlim_max, batch_chunk + other_files));
    if (::setrlimit(RLIMIT_NOFILE, &now_) != 0) now_ = before_;
  }
  ~ManyFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  ManyFiles(const ManyFiles&) = delete;
  ManyFiles& operator=(const ManyFiles&) = delete;

  [[nodiscard]] std::size_t at_a_time() const
  {
    const rlim_t most = std::min(now_.rlim_cur, batch_chunk + other_files);
    return most > 2 * other_files ? most - other_files : most / 2 + 1;
  }

 private:
  rlimit before_{};
  rlimit now_{};
};

Error changed(std::string_view id)
{
  return {ErrorKind::conflict, "task '" + printable(id) + "' has changed meanwhile", {}};
}

// Whether `stored` may be replaced by `record`.
Status check_revision(const Record& stored, const Record& record)
{
  if (stored.revision == record.revision - 1 && stored.fence <= record.fence) return {};
  return changed(record.id);
}

}  // namespace

// --- Adding --------------------------------------------------------------------------------------

Status TaskWriter::add(const Record& record)
{
  if (auto named = check_stored_id(record.id); !named) return named;
  auto draft = files_.draft(record, true);
  if (!draft) return draft.error();
  if (auto published = files_.publish_new(*draft, record.id); !published) return published;
  auto synced = folder_.sync();
  if (!synced) static_cast<void>(files_.remove(record.id));
  return synced;
}

std::vector<Status> TaskWriter::add_all(std::span<const Record> records)
{
  std::vector<Status> statuses(records.size());
  if (records.size() == 1) {
    statuses[0] = add(records[0]);
    return statuses;
  }
  const ManyFiles many;  // each sync is of the whole file system, so the fewer the better
  for (std::size_t at = 0; at < records.size(); at += many.at_a_time()) {
    const auto count = std::min(many.at_a_time(), records.size() - at);
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
Status TaskWriter::make_batch(std::span<const Record> records, std::span<Status> statuses)
{
  std::vector<std::optional<Draft>> drafts(records.size());
  in_halves(records.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      statuses[i] = check_stored_id(records[i].id);
      if (!statuses[i]) continue;
      auto draft = files_.draft(records[i], false);
      if (draft) {
        drafts[i] = *std::move(draft);
      } else {
        statuses[i] = draft.error();
      }
    }
  });
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

// Puts the draft in the record's place, if that is still at the revision before.
Status TaskWriter::replace(const Record& record, Draft& draft)
{
  const auto byte = locks_.lock(write_byte(record.id));
  if (!byte) return byte.error();
  const auto stored = files_.read(record.id);
  if (!stored) return stored.error();
  if (auto unchanged = check_revision(*stored, record); !unchanged) return unchanged;
  return files_.publish_over(draft, record.id);
}

Status TaskWriter::update(const Record& record)
{
  const auto stored = files_.read(record.id);
  if (!stored) return stored.error();
  if (auto unchanged = check_revision(*stored, record); !unchanged) return unchanged;
  auto draft = files_.draft(record, true);
  if (!draft) return draft.error();
  if (auto replaced = replace(record, *draft); !replaced) {
    files_.discard(*draft);
    return replaced;
  }
  return folder_.sync();
}

// Removes the file, if it can be read and, where a revision is given, is still at that one.
Status TaskWriter::remove_file(std::string_view id, std::optional<std::int64_t> revision)
{
  const auto byte = locks_.lock(write_byte(id));
  if (!byte) return byte.error();
  const auto record = files_.read(id);
  if (!record) return record.error();
  if (revision && record->revision != *revision) return changed(id);
  return files_.remove(id);
}

Status TaskWriter::remove(std::string_view id, std::int64_t revision)
{
  if (auto removed = remove_file(id, revision); !removed) return removed;
  return folder_.sync();
}

Status TaskWriter::remove_all()
{
  std::vector<std::string> ids;
  const auto listed = files_.each_id([&](std::string_view id) {
    ids.emplace_back(id);
    return true;
  });
  if (!listed) return listed;

  Status first;
  std::size_t left = 0;
  for (const auto& id : ids) {
    auto removed = remove_file(id, std::nullopt);
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

// --- Settling ------------------------------------------------------------------------------------

// A kernel lock needs no prolonging, but what the reservation wrote becomes durable.
std::vector<Status> TaskWriter::extend(std::span<Reservation* const> reservations)
{
  std::vector<Status> statuses;
  for (auto* reservation : reservations) statuses.push_back(extend_one(*reservation));
  return statuses;
}

Status TaskWriter::extend_one(Reservation& reservation) const
{
  const auto& id = reservation.record.id;
  const auto fd = files_.open(id, O_RDONLY);
  if (!fd && fd.error().kind == ErrorKind::not_found) return changed(id);
  if (!fd) return fd.error();
  TaskFiles::PrefixBuffer buffer;
  const auto prefix = files_.read_prefix(id, buffer);
  if (!prefix || prefix->fence != reservation.record.fence) return changed(id);
  reservation.edited = prefix->revision != reservation.record.revision;
  return sync(fd->get(), "cannot make task '" + printable(id) + "' durable");
}

// Replaces or removes the reserved record, if nobody has edited it.
Status TaskWriter::apply(const Settlement& settlement, Draft& draft)
{
  const auto& reservation = *settlement.reservation;
  if (!settlement.record) return remove_file(reservation.record.id, reservation.record.revision);
  auto replaced = replace(*settlement.record, draft);
  if (replaced || replaced.error().kind != ErrorKind::conflict || !reservation.lock) {
    return replaced;
  }
  // Nobody else writes this very record while we hold the task: an earlier try failed in its last
  // sync.
  const auto stored = files_.read(settlement.record->id);
  if (!stored || *stored != *settlement.record) return replaced;
  files_.discard(draft);
  return {};
}

// Writes what is to take the place of the reserved records, without names yet.
std::vector<Status> TaskWriter::draft_all(std::span<const Settlement> settlements,
                                          std::span<Draft> drafts)
{
  std::vector<Status> statuses(settlements.size());
  const auto count = std::ranges::count_if(
      settlements, [](const Settlement& settlement) { return settlement.record.has_value(); });
  const bool together = static_cast<std::size_t>(count) > synced_alone;
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
  return statuses;
}

std::vector<Status> TaskWriter::settle(std::span<const Settlement> settlements)
{
  std::vector<Draft> drafts(settlements.size());
  auto statuses = draft_all(settlements, drafts);
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
    const bool gone = !statuses[i] && statuses[i].error().kind == ErrorKind::not_found;
    auto& reservation = *settlements[i].reservation;
    if (statuses[i] || gone) run_locks_.release(std::move(reservation.lock), reservation.record.id);
  }
  return statuses;
}

}  // namespace asyncz::stores
