// SPDX-License-Identifier: MIT
#include "stores/file/claims.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "store/demand.hpp"
#include "stores/file/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace asyncz::stores {
namespace {

using namespace std::chrono_literals;

constexpr Duration held_interval = 250ms;  // between two questions for held tasks
constexpr Duration poll_interval = 1s;
constexpr std::array<Duration, 2> look_delays{1s, 5s};
constexpr Duration claim_patience = 50ms;  // the next worker's turn, rather than everybody's wait

// Whether `interval` has passed, by a clock that may have been set back.
bool has_passed(Instant since, Instant now, Duration interval)
{
  return now < since || now - since >= interval;
}

template <class Ids>
void forget(Ids& ids, std::string_view id)
{
  if (const auto found = ids.find(id); found != ids.end()) ids.erase(found);
}

}  // namespace

Claims::Claims(const Folder& folder, const TaskFiles& files, Seat& seat)
    : folder_{folder},
      files_{files},
      seat_{seat},
      watcher_{folder},
      locks_{folder},
      run_locks_{folder},
      index_{static_cast<std::uint64_t>(::getpid())}
{
}

// --- What there is -------------------------------------------------------------------------------

Result<int> Claims::watch()
{
  if (auto loaded = load(); !loaded) return loaded.error();
  watched_ = true;
  return polls_ ? -1 : watcher_.fd();
}

Status Claims::load()
{
  if (loaded_) return {};
  if (auto swept = sweep(); !swept) return swept;
  polls_ = !watcher_.start() || folder_.on_network();
  if (auto scanned = scan(); !scanned) return scanned;
  for (auto& [id, look] : new_) {
    look.reported = true;
    pending_.unreadable.push_back(id);
  }
  loaded_ = true;
  return {};
}

// Locks of tasks that are no longer there, which nobody else would look for.
Status Claims::sweep()
{
  return run_locks_.sweep([&](std::string_view id) {
    TaskFiles::PrefixBuffer buffer;
    const auto prefix = files_.read_prefix(id, buffer);
    return !prefix && prefix.error().kind == ErrorKind::not_found;
  });
}

Status Claims::scan()
{
  index_ = Index{static_cast<std::uint64_t>(::getpid())};
  held_.clear();
  return files_.each([&](std::string_view id, const Result<Prefix>& prefix) { see(id, prefix); });
}

// Takes up what was read of a task.
void Claims::see(std::string_view id, const Result<Prefix>& prefix)
{
  forget(held_, id);
  forget(mine_, id);
  if (!prefix && prefix.error().kind != ErrorKind::not_found) {
    index_.remove(id);
    new_.try_emplace(std::string{id});
    return;
  }
  forget(new_, id);
  if (!prefix) {
    index_.remove(id);
    return;
  }
  const auto ignored = ignored_.find(id);
  if (ignored != ignored_.end() && ignored->second == prefix->revision) return;
  if (ignored != ignored_.end()) ignored_.erase(ignored);
  index_.put(id, *prefix);
}

void Claims::look_again(std::string_view id)
{
  TaskFiles::PrefixBuffer buffer;
  see(id, files_.read_prefix(id, buffer));
}

void Claims::look_at_new(Instant now)
{
  std::vector<std::string> due;
  for (auto& [id, look] : new_) {
    if (look.done == look_delays.size()) continue;
    if (!look.next) look.next = now + look_delays[0];
    if (*look.next > now) continue;
    due.push_back(id);
    if (++look.done < look_delays.size()) look.next = now + look_delays[look.done];
  }
  for (const auto& id : due) {
    if (files_.read(id)) {
      look_again(id);
    } else if (auto& look = new_.find(id)->second; look.done == look_delays.size()) {
      if (!std::exchange(look.reported, true)) pending_.unreadable.push_back(id);
    }
  }
}

Result<Watcher::Events> Claims::absorb()
{
  auto events = watcher_.read();
  if (!events) return events;
  if (events->missed) {
    if (auto scanned = scan(); !scanned) return scanned.error();
  }
  for (const auto& name : events->names) {
    const auto id = files_.id_of(name);
    if (!id) continue;
    forget(new_, *id);
    look_again(*id);
    if (check_stored_id(*id)) pending_.ids.emplace_back(*id);
  }
  pending_.unknown |= events->missed;
  pending_.notes |= events->notes;
  if (events->running) ask_held();
  return events;
}

Result<Changes> Claims::changes()
{
  if (auto loaded = load(); !loaded) return loaded.error();
  if (watcher_.fd() >= 0) {
    if (auto events = absorb(); !events) return events.error();
  }
  auto changes = std::exchange(pending_, {});
  changes.unknown |= polls_;
  changes.notes |= polls_;
  return changes;
}

bool Claims::held_elsewhere() const
{
  const auto is_open = [](const auto& name) { return !name.second.reported; };
  return !held_.empty() || std::any_of(new_.begin(), new_.end(), is_open);
}

// What is to be done before every answer.
Status Claims::refresh(Instant now)
{
  if (auto loaded = load(); !loaded) return loaded;
  if (!watched_ && watcher_.fd() >= 0) {
    if (auto events = absorb(); !events) return events.error();
  }
  if (polls_ && has_passed(polled_, now, poll_interval)) {
    polled_ = now;
    if (auto polled = poll(); !polled) return polled;
  }
  if (!new_.empty()) look_at_new(now);
  return {};
}

// Scans again where names have changed since the last time, and once more after that: two changes
// may come in one tick of the directory's clock.
Status Claims::poll()
{
  struct stat status = {};
  if (::fstat(folder_.fd(), &status) != 0) return disk_error("the store's directory", errno);
  const auto& time = status.st_mtim;
  const bool moved = seen_.tv_sec != time.tv_sec || seen_.tv_nsec != time.tv_nsec;
  seen_ = time;
  return std::exchange(moved_, moved) || moved ? scan() : Status{};
}

Result<Instant> Claims::next_moment(const Demand& demand)
{
  if (auto fresh = refresh(demand.now); !fresh) return fresh.error();
  const auto admits = [&](std::string_view queue) { return wanted_of(demand, queue) > 0; };
  auto moment = index_.earliest(admits);

  // Watch, then ask again, then let the worker sleep.
  const bool waits = !held_.empty() && moment > demand.now && demand.limit > 0;
  if (auto watching = watcher_.watch_running(waits); !watching) return watching.error();
  if (waits) {
    ask_held();
    moment = index_.earliest(admits);
    if (polls_ && !held_.empty()) moment = std::min(moment, demand.now + held_interval);
  }
  if (polls_) moment = std::min(moment, polled_ + poll_interval);
  for (const auto& [id, look] : new_) {
    if (look.next && look.done < look_delays.size()) moment = std::min(moment, *look.next);
  }
  return moment;
}

// --- Reserving -----------------------------------------------------------------------------------

void Claims::expect() { run_locks_.prepare(); }

// Puts back what nobody holds any more.
void Claims::ask_held()
{
  for (auto* ids : {&held_, &mine_}) {
    std::erase_if(*ids, [&](const std::string& id) {
      if (!run_locks_.is_free(id)) return false;
      index_.put_back(id);
      return true;
    });
  }
}

Result<std::vector<Reservation>> Claims::reserve_due(const Demand& demand)
{
  if (auto fresh = refresh(demand.now); !fresh) return fresh.error();
  if (has_passed(asked_, demand.now, held_interval)) {
    asked_ = demand.now;
    ask_held();
  }
  std::vector<Reservation> reservations;
  Allowance allowance{demand};
  const auto admits = [&](std::string_view queue) { return allowance.admits(queue); };
  while (!allowance.spent()) {
    const auto taken = index_.take(demand.now, admits);
    if (!taken) break;
    auto reservation = claim(taken->id, demand, Which::due);
    if (!reservation && reservation.error().kind != ErrorKind::unavailable) {
      see(taken->id, reservation.error());
    } else if (!reservation) {
      index_.put_back(taken->id);
      if (reservations.empty()) return reservation.error();
      break;
    } else if (*reservation) {
      allowance.take(taken->queue);
      reservations.push_back(*std::move(*reservation));
    }
  }
  return reservations;
}

Result<Reservation> Claims::reserve(std::string_view id, const Demand& demand)
{
  if (auto loaded = load(); !loaded) return loaded.error();
  if (auto named = check_stored_id(id); !named) return named.error();
  auto reservation = claim(id, demand, Which::any);
  if (!reservation) return reservation.error();
  if (*reservation) return *std::move(*reservation);
  return Error{ErrorKind::conflict, "task '" + printable(id) + "' is running",
               "asyncz why " + shell_quoted(printable(id)) + " names the process"};
}

// Reserves the task; nothing where somebody has it, or it is not due after all.
Result<std::optional<Reservation>> Claims::claim(std::string_view id, const Demand& demand,
                                                 Which which)
{
  const auto held = [&]() -> std::optional<Reservation> {
    if (which == Which::due && !mine_.contains(id)) held_.emplace(id);
    return std::nullopt;
  };
  auto lock = run_locks_.take(id);
  if (!lock) return Error{ErrorKind::unavailable, lock.error().what, lock.error().hint};
  if (!*lock) return held();

  const auto byte = locks_.lock(write_byte(id), claim_patience);
  auto reservation = byte ? write_claim(id, demand, which) : held();
  if (reservation && *reservation) {
    (*reservation)->lock = *std::move(lock);
  } else {
    run_locks_.release(*std::move(lock), id);
  }
  return reservation;
}

// Reads the task and counts the reservation in its clear prefix. The caller has both locks.
Result<std::optional<Reservation>> Claims::write_claim(std::string_view id, const Demand& demand,
                                                       Which which)
{
  const auto what = "cannot reserve task '" + printable(id) + "'";
  const auto number = seat_.number();
  if (!number) return Error{ErrorKind::unavailable, number.error().what, number.error().hint};
  const auto fd = files_.open(id, O_RDWR);
  if (!fd) return fd.error();
  const auto bytes = read_all(fd->get(), prefix_size + largest_sealed, what);
  if (!bytes) return bytes.error();
  auto record = decode_task_file(id, *bytes);
  if (!record) return record.error();
  if (which == Which::due &&
      (record->moment > demand.now || wanted_of(demand, record->queue) == 0)) {
    see(id, decode_prefix(*bytes).value());
    return std::optional<Reservation>{};
  }

  Reservation reservation{*std::move(record)};
  reservation.previous_worker = std::exchange(reservation.record.worker, *number);
  ++reservation.record.revision;
  ++reservation.record.fence;
  const auto claim = encode_claim(reservation.record);
  const auto written = ::pwrite(fd->get(), claim.data(), claim.size(), claim_offset);
  if (written < 0) return Error{ErrorKind::unavailable, disk_error(what, errno).what, {}};
  mine_.emplace(id);
  return std::optional{std::move(reservation)};
}

void Claims::ignore(Reservation reservation)
{
  const auto& record = reservation.record;
  ignored_.insert_or_assign(record.id, record.revision);
  mine_.erase(record.id);
  run_locks_.release(std::move(reservation.lock), record.id);
}

}  // namespace asyncz::stores
