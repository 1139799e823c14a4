// SPDX-License-Identifier: MIT
// Tasks in, records out: the only place where a Task becomes a Record, and where what a backend
// shows in the clear is checked against what is sealed.
#pragma once

#include "base/result.hpp"
#include "seal/key_source.hpp"
#include "store/store.hpp"
#include "task/stored_task.hpp"
#include "task/worker_info.hpp"
#include "time/clock.hpp"
#include "vault/envelope.hpp"
#include "vault/settled_tasks.hpp"
#include "vault/task_record.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asyncz {

// A reserved task. `stored` is verified and due by our own clock.
struct Reserved {
  Reservation reservation;
  StoredTask stored;

  // The run that this task is reserved for, where the history holds its end already: it is to be
  // settled, not run again. So it is after an interrupted reservation.
  std::optional<Run> ended_before;
};

// What follows from a run, for settle(). `stored` is the task as it shall be; nothing: remove it.
struct Outcome {
  Reserved* reserved = nullptr;
  std::optional<StoredTask> stored;
};

// A store seen through its key. Lanes of threads as in Store. Errors are the store's, and `corrupt`
// for what does not verify.
class Vault {
 public:
  // `store`, `keys` and `clock` outlive the vault. `reports` is told of each record that is passed
  // over because it does not verify, once until it changes.
  Vault(Store& store, KeySource& keys, const Clock& clock,
        std::function<void(std::string_view id, const Error&)> reports);

  // Reads the keys and compares them with the key that the store remembers; tells the store ours if
  // it remembers none and `may_write`. To be called once, before anything else.
  //   corrupt  the store is sealed under a key that we do not have
  Status unlock(bool may_write);

  [[nodiscard]] Store& store() { return store_; }

  // --- Rotation of the key (asyncz-key(1)) -----------------------------------------------------

  // The id of the key that seals now; empty where the store is not sealed.
  Result<std::string> key_id() const;

  // Whether the store remembers another key than the one that seals now: a rotation has begun, here
  // or with another store of the same key, and is not over.
  Result<bool> rotation_is_due();

  // Reads the keys again and seals every task and paused queue under the present one, in passes
  // until nothing is left under another; then the store remembers it. Others may work meanwhile.
  // What cannot be opened is reported and left as it is; runs and logs stay under the keys
  // that they were sealed with, which still open them.
  //   unavailable  somebody goes on sealing under another key
  struct Resealed {
    std::size_t tasks = 0;
    std::set<std::string> unreadable;  // ids
  };
  Result<Resealed> reseal(const std::function<void(std::size_t tasks)>& progress);

  // --- Tasks ---------------------------------------------------------------------------------

  // Adds tasks whose progress is planned (task/lifecycle.hpp); sets revision and fence. A status
  // for each: conflict (the id is taken), usage (does not validate).
  std::vector<Status> add(std::span<StoredTask> tasks);

  //   not_found, corrupt
  Result<StoredTask> get(std::string_view id);

  // Reads, changes by `change`, writes by compare-and-swap, and again from the reading while others
  // come in between. While a reservation is unsettled, moment and fence stay as they are in the
  // clear. What was written.
  //   conflict   the task was not at `revision`
  //   and whatever `change` gives
  Result<StoredTask> update(std::string_view id, const std::function<Status(StoredTask&)>& change,
                            std::optional<std::int64_t> revision = {});

  //   not_found, conflict (the task is no longer at this revision)
  Status remove(const StoredTask& task);

  // Visits every task by next moment. One that cannot be read is visited as its error.
  using Visit = std::function<bool(std::string_view id, Result<StoredTask> task)>;
  Status each(const Visit& visit);

  // The id that `text` names: itself, or the only id it begins (at least 4 characters).
  //   not_found  it names none, or begins several, up to five of which are named
  Result<std::string> resolve(std::string_view text);

  // --- What workers do --------------------------------------------------------------------------

  // Reserves up to demand.limit tasks whose sealed moment has come by our clock. Those that do not
  // verify, and old copies that were put back, are reported, ignored and not counted. What the
  // history could not be asked about stays reserved for the next call.
  Result<std::vector<Reserved>> reserve_due(const Demand& demand);

  // Whether the last call has left such tasks of the demanded queues: next_moment() of the store
  // does not tell of them.
  [[nodiscard]] bool owes(const Demand& demand)
  {
    return first_unjudged(demand) != unjudged_.end();
  }

  // Reserves this task now, for `run --foreground`.
  //   conflict  somebody holds it
  //   corrupt   it does not verify, or is an old copy
  Result<Reserved> reserve(std::string_view id, const Demand& demand);

  // Seals and appends to the history; a run that is there already is replaced. `of`: as in Store.
  Status record_run(const Run& run, const Reservation* of = nullptr);

  // Writes outcomes; a status for each.
  //   conflict   somebody edited the task meanwhile: reserved->stored is now the edited task, the
  //              reservation still holds, compute again
  //   not_found  the reservation is lost
  std::vector<Status> settle(std::span<const Outcome> outcomes);

  // Reads a reserved task again, after settle() met another revision:
  // reserved.stored is then the edited task, and the reservation still holds.
  //   not_found  the reservation is lost
  Status look_again(Reserved& reserved);

  // --- History, workers, queues ---------------------------------------------------------------

  // Visits runs, newest first; of one task, where it is given. Of a run that was recorded again
  // only the later record is visited.
  using VisitRun = std::function<bool(Result<Run> run)>;
  Status runs(std::optional<std::string_view> task, std::optional<Instant> since,
              const VisitRun& visit);

  // Whether this instance for the due time `due` has been added: it is in the store or, where it
  // has ended and left, in the history.
  Result<bool> was_added(std::string_view instance, Instant due);

  //   conflict  another live worker has this name
  Status announce(const WorkerInfo& worker, Instant expires);
  Status withdraw(std::string_view worker);
  Result<std::vector<WorkerInfo>> workers();

  Status pause_queue(const QueuePause& pause);
  Status resume_queue(std::string_view queue);
  Result<std::vector<QueuePause>> paused_queues();

  // --- Copies of another vault's content ------------------------------------------------------

  // Adds tasks of another vault as they are, with revision, fence and progress; one that is here
  // already as an older copy is replaced. For each whether it was here as it is.
  //   conflict  another task of this id is here
  enum class Copied : std::uint8_t { now, before };
  std::vector<Result<Copied>> add_copies(std::span<const StoredTask> tasks);

  // Appends what the other's history holds and ours does not; `copied` is called for each. What
  // does not verify is reported and left out.
  Status copy_history(Vault& from, const std::function<void()>& copied);

  // A run's finished log, sealed under its run id, and back.
  Result<Bytes> seal_log(std::string_view run_id, ByteView log);
  Result<Bytes> open_log(std::string_view run_id, ByteView sealed);

 private:
  // The record of this id and no other, whatever the store answers.
  Result<Record> look_up(std::string_view id);
  // The record that holds this task, at the task's own revision and fence.
  Result<Record> record_of(const StoredTask& task, Nonces& nonces) const;
  Result<StoredTask> verified(const Record& record);
  Status rewrite(const Record& before, StoredTask& task);
  Status compare_keys(ByteView remembered);
  Status remember_key();
  Result<std::size_t> reseal_pass(Resealed& done,
                                  const std::function<void(std::size_t tasks)>& progress);

  std::vector<Reservation>::iterator first_unjudged(const Demand& demand);
  Result<std::optional<Reserved>> admit(Reservation& reservation, Instant now);
  void put_off(Reserved reserved);
  Result<std::optional<Run>> recorded_end(const Reserved& reserved);
  Result<std::optional<Run>> recorded_end(const Reserved& reserved, std::uint64_t fence);
  Result<std::optional<Run>> end_before(const Reserved& reserved);
  // What later_run() has found.
  struct Later {
    std::optional<Run> evidence;  // by which the record is an old copy
    std::optional<Run> ended;     // the run that it is reserved for
  };
  Result<Later> later_run(const Reserved& reserved);
  Error refused(const Reserved& reserved, const std::optional<Run>& evidence);
  std::optional<Run> opened_or_reported(const RunRecord& record);
  Result<Record> record_after(const Reserved& reserved, const StoredTask& after,
                              Nonces& nonces) const;
  void pass_over(Reservation reservation, const Error& why);

  Result<Copied> renew_copy(const StoredTask& task, const Record& record);

  Result<Run> opened(const RunRecord& record);
  Result<RunRecord> sealed_run(const Run& run, Instant recorded) const;
  Result<RunRecord> resealed(Vault& from, const RunRecord& record);

  // How notes of one kind are read.
  template <class T>
  struct NoteFormat {
    NoteKind kind;
    SealKind seal_kind;
    Result<T> (*decode)(ByteView);
    std::string T::*name;
  };
  template <class T>
  Result<std::vector<T>> opened_notes(const NoteFormat<T>& format);

  Store& store_;
  Envelope envelope_;
  const Clock& clock_;
  std::function<void(std::string_view, const Error&)> reports_;
  std::mutex recording_;  // record_run() of the store is one thread's at a time
  std::vector<Reservation> unjudged_;
  SettledTasks settled_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> forged_;  // runs by tag and fence
};

}  // namespace asyncz
