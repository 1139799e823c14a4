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

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// A reserved task. `stored` is verified and due by our own clock.
struct Reserved {
  Reservation reservation;
  StoredTask stored;

  // The run of the reservation before this one, where that was interrupted and the history holds
  // its end: it is to be settled, not run again.
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
  //   not_found
  //   usage      it begins several; they are named (exit status 3 as well: ErrorKind::not_found)
  Result<std::string> resolve(std::string_view text);

  // --- What workers do --------------------------------------------------------------------------

  // Reserves up to demand.limit tasks whose sealed moment has come by our clock. Those that do not
  // verify are reported, ignored and not counted.
  Result<std::vector<Reserved>> reserve_due(const Demand& demand);

  // Reserves this task now, for `run --foreground`.
  //   conflict  somebody holds it
  Result<Reserved> reserve(std::string_view id, const Demand& demand);

  // Seals and appends to the history.
  Status record_run(const Run& run);

  // Writes outcomes; a status for each.
  //   conflict   somebody edited the task meanwhile: reserved->stored is now the edited task, the
  //              reservation still holds, compute again
  //   not_found  the reservation is lost
  std::vector<Status> settle(std::span<const Outcome> outcomes);

  // --- History, workers, queues
  // -------------------------------------------------------------------

  // Visits runs, newest first; of one task, where it is given.
  using VisitRun = std::function<bool(Result<Run> run)>;
  Status runs(std::optional<std::string_view> task, std::optional<Instant> since,
              const VisitRun& visit);

  //   conflict  another live worker has this name
  Status announce(const WorkerInfo& worker, Instant expires);
  Status withdraw(std::string_view worker);
  Result<std::vector<WorkerInfo>> workers();

  Status pause_queue(const QueuePause& pause);
  Status resume_queue(std::string_view queue);
  Result<std::vector<QueuePause>> paused_queues();

  // A run's finished log, sealed under its run id, and back.
  Result<Bytes> seal_log(std::string_view run_id, ByteView log);
  Result<Bytes> open_log(std::string_view run_id, ByteView sealed);

 private:
  struct Reading;
  Result<Record> record_of(const StoredTask& task) const;
  Result<StoredTask> verified(const Record& record);
  Result<std::shared_ptr<const Keyring>> keys_for(ByteView sealed);

  Store& store_;
  KeySource& keys_;
  const Clock& clock_;
  std::function<void(std::string_view, const Error&)> reports_;
  std::shared_ptr<const Keyring> ring_;
};

}  // namespace asyncz
