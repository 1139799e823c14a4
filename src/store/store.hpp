// SPDX-License-Identifier: MIT
// The one interface between asyncz and the places where tasks are kept.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "store/record.hpp"
#include "time/instant.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

class Journal;

// A queue that a worker serves, and how many tasks of it are wanted at most.
struct QueueShare {
  std::string queue;
  std::size_t limit = 0;
};

// What a worker asks for. Without `only` every queue that does not begin with `@` is meant.
struct Demand {
  Instant now;  // a store whose server has a clock takes the earlier of both times
  std::size_t limit = 1;
  Duration lease = std::chrono::seconds{30};  // ignored where the kernel holds the reservation
  std::optional<std::vector<QueueShare>> only;
  std::vector<std::string> except;  // paused queues
};

// A worker's exclusive, expiring right to run a task. Movable; what it holds ends with it, but not
// before every process that inherited `lock` has ended.
struct Reservation {
  Record record;          // as it is in the store now, fence and revision included
  UniqueFd lock;          // for the child alone to inherit; none where the store works by leases
  Instant until = never;  // end of the lease

  bool edited = false;  // extend() met a record that somebody has edited

  // The store saw an earlier reservation that was never settled: fence - 1 was interrupted.
  std::uint32_t previous_worker = 0;  // who held it last
};

// What is to become of a reserved task.
struct Settlement {
  Reservation* reservation = nullptr;  // not owned; its lock is released where this succeeds
  std::optional<Record> record;  // revision = reservation's + 1, fence unchanged; nothing: remove
};

// What has changed since the last question.
struct Changes {
  bool unknown = false;          // something was missed: anything may have changed
  std::vector<std::string> ids;  // written or removed: all, or those that this object has reserved
  bool notes = false;            // queues were paused or resumed

  // Ids whose records are not what asyncz writes; each once until it changes.
  std::vector<std::string> unreadable;
};

struct RunQuery {
  std::optional<std::uint64_t> task_tag;
  std::optional<Instant> since;              // recorded at or after
  std::optional<std::uint64_t> above_fence;  // with `task_tag`: what has a higher fence
};

// Keeps sealed records and hands each to one worker at a time. The checks of stores/conformance say
// in code what is said here in words, and every implementation passes it.
//
// Any number of processes use a store at once. In one process an object's members form four lanes:
// *claim* (watch, changes, expect, next_moment, reserve_due, ignore), *journal* (record_run),
// *lease* (extend) and *rest* (all others). Different lanes may be used by different threads at the
// same time, one lane by one thread at a time; find_run and runs may be called by any thread at any
// time.
//
// No member throws. Every member may fail with
//   unavailable  no answer within the store's timeout, no space, or a lock held; nothing changed
//   denied       permissions or credentials
//   corrupt      what was read there is not what asyncz writes; it is left as it is
// and the kinds that are listed with it.
class Store {
 public:
  Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store();

  // --- The eight operations that every store has -------------------------------------------------

  // Adds a record; durable on return.
  //   conflict  the id is taken
  virtual Status add_task(const Record& record) = 0;

  //   not_found
  virtual Result<Record> lookup_task(std::string_view id) = 0;

  // Replaces the record whose stored revision is record.revision - 1; durable on return. Its fence
  // may rise, but never falls.
  //   conflict   another revision, or a higher fence, is stored
  //   not_found
  virtual Status update_task(const Record& record) = 0;

  // Removes the record whose stored revision is `revision`; durable on return.
  //   conflict, not_found
  virtual Status delete_task(std::string_view id, std::int64_t revision) = 0;

  // Removes every task, whatever its revision; what cannot be read stays and is reported at the
  // end.
  virtual Status remove_all_tasks() = 0;

  // Tasks due at `demand.now`, by priority (higher first), then moment, then id; reserves nothing.
  // May look at the 1,000 earliest due of each queue only.
  virtual Result<std::vector<Record>> get_due_tasks(const Demand& demand) = 0;

  // The earliest moment of the demanded queues, or `never`. `demand.now` and `limit` mean nothing.
  virtual Result<Instant> get_next_run_time(const Demand& demand) = 0;

  // Visits every record by moment, `never` last, then id, until `visit` returns false. One that
  // cannot be read is visited as its error, with its id. Streams: never holds all of them.
  using Visit = std::function<bool(std::string_view id, Result<Record> record)>;
  virtual Status get_all_tasks(const Visit& visit) = 0;

  // --- What a store may do better; the defaults use the eight ------------------------------------
  //
  // By default a reservation is a compare-and-swap that moves the moment to the end of the lease,
  // and history and notes last as long as this object.

  // Adds records that share what makes them durable; a status for each, in order. Durable on
  // return.
  virtual std::vector<Status> add_tasks(std::span<const Record> records);

  // Ids that begin with `prefix`, at most `limit`, in no order.
  virtual Result<std::vector<std::string>> ids_with_prefix(std::string_view prefix,
                                                           std::size_t limit);

  // Reserves up to `demand.limit` due tasks, in the order of get_due_tasks: fence + 1, revision +
  // 1, sealed bytes unchanged. Each is then nobody else's until it is settled, its lease ends, or
  // (with a lock) its last holder has died.
  virtual Result<std::vector<Reservation>> reserve_due(const Demand& demand);

  // Reserves this one task, whatever its moment.
  //   conflict  somebody holds it;  not_found
  virtual Result<Reservation> reserve(std::string_view id, const Demand& demand);

  // Whether somebody holds the task now, as far as the store can tell; the process where it is
  // known (a pid of this host; of several the last to come), else 0.
  struct Holder {
    bool held = false;
    int pid = 0;
  };
  virtual Result<Holder> holder(std::string_view id, Instant now);

  // Prepares for what will be due by `until`, if anything, so that reserve_due is quicker then.
  virtual void expect(Instant until, const Demand& demand);

  // Gives a reservation up without a write, and does not hand that record out again through this
  // object until it changes in the store: for what does not verify.
  virtual void ignore(Reservation reservation);

  // Prolongs leases, and makes durable what reserving them wrote; a status for each, in order. An
  // edit does not keep it from that: `edited` is set then, `record` stays as it was reserved, and
  // settle() will say so too.
  //   conflict  the reservation is lost
  virtual std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until);

  // Writes what follows from runs; a status for each, in order. Durable on return, and so is all
  // that record_run was given before for these reservations.
  //   conflict   another revision is stored: look again. With the same fence somebody edited and
  //              the reservation still holds; with another one it is lost
  //   not_found  the record is gone: the reservation is lost
  virtual std::vector<Status> settle(std::span<const Settlement> settlements);

  // A descriptor that becomes readable when something may have changed; owned by the store; -1
  // where there is none and the worker has to poll. Once it was asked for, reserve_due and
  // next_moment know of others' changes what changes() has brought.
  virtual Result<int> watch();

  // Empties what watch() announced.
  virtual Result<Changes> changes();

  // When to ask again, if nothing changes before: the earliest moment of the demanded queues, from
  // what the store remembers and changes() brought. Tasks that somebody holds or that are ignored
  // do not count. It may be earlier than any task's, where the store itself wants to look again.
  virtual Result<Instant> next_moment(const Demand& demand);

  // Whether something due is held elsewhere, as last seen by reserve_due, or may become due because
  // it cannot be read yet.
  virtual bool held_elsewhere() const;

  // Appends to the history. Survives the death of this process on return, and of the host when
  // settle() returns. A run of the same task, fence and part that is recorded again counts instead
  // of the former one: find_run gives the later, and runs() visits it first (the former as well, or
  // not: that is the store's choice). With `of` it is the run of that reservation, and a store that
  // works by leases takes it only while the reservation holds; no member but the record's id and
  // fence is read.
  //   conflict  the reservation is lost
  virtual Status record_run(const RunRecord& run, const Reservation* of = nullptr);

  // The run of this task and fence; `worker` (Record::worker) tells where to look first.
  //   not_found
  virtual Result<RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence,
                                     std::uint32_t worker);

  // Visits the history, newest first, until `visit` returns false.
  using VisitRun = std::function<bool(Result<RunRecord> run)>;
  virtual Status runs(const RunQuery& query, const VisitRun& visit);

  // Removes runs recorded before `before`, and the oldest until at most `keep_bytes` are left.
  virtual Status prune_runs(Instant before, std::int64_t keep_bytes);

  // Puts a note, replacing one of the same kind and name.
  //   conflict  NoteKind::worker: another live worker has this name; NoteKind::key: there is one
  virtual Status put_note(const Note& note);
  virtual Status remove_note(NoteKind kind, std::string_view name);

  // The notes of a kind; of workers those that live.
  virtual Result<std::vector<Note>> notes(NoteKind kind);

  // Whether a worker's note has to be put again before it expires; else the store knows by itself
  // who lives.
  virtual bool notes_expire() const;

  // What `asyncz doctor` tells of the store itself, beside how quickly it answers.
  struct Trait {
    std::string what;
    std::string mend;  // what to do about it; empty where all is well
  };
  virtual Result<std::vector<Trait>> examine();

  // Puts a record that cannot be read where nobody takes it for a task, as it is. Where it is now.
  //   not_found
  //   usage  this store cannot; what cannot be read stays where it is
  virtual Result<std::string> quarantine(std::string_view id);

  // The folder for this machine's run logs, 0700, or nothing where the store is not local; then the
  // worker uses the user's state folder.
  virtual std::optional<std::string> log_directory() const;

 private:
  [[nodiscard]] bool is_ignored(const Record& record) const;
  Status extend_one(Reservation& reservation, Instant until);

  std::map<std::string, std::int64_t, std::less<>> ignored_;  // id → revision
  std::unique_ptr<Journal> journal_;                          // what the defaults keep
};

}  // namespace asyncz
