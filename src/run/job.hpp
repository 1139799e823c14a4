// SPDX-License-Identifier: MIT
// A reserved task on its way through a worker.
//
//   launcher ──▶ loop (while its child runs) ──▶ recorder ──▶ settler
//
// Each of its members belongs to the thread that has the job. While a child runs under a lease, the
// keeper has the reservation, and the job comes to the recorder by way of the keeper.
#pragma once

#include "base/unique_fd.hpp"
#include "run/spawner.hpp"
#include "run/tee.hpp"
#include "run/wait.hpp"
#include "task/hook.hpp"
#include "task/lifecycle.hpp"
#include "vault/vault.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asyncz {

struct Job {
  // What of it is to be settled.
  enum class Outcome : std::uint8_t {
    began,     // what begin() said: nothing was to be run
    ended,     // what follows from `run`
    put_back,  // it did not begin, or was ended because the worker stops
  };

  // Where it takes a slot: set when it is started, and read while others read its task anew.
  struct Slot {
    std::string id;
    std::string queue;
  };

  Reserved reserved;
  Beginning begun;
  Slot slot;
  Run run;
  Outcome outcome = Outcome::began;
  UniqueFd log;
  std::unique_ptr<Tee> tee;                      // of a run in the foreground
  bool kept = false;                             // the keeper has it
  bool held_back = false;                        // put back: what any run needs was not there
  bool lost = false;                             // so was its reservation, before it had ended
  bool leased = false;                           // its child runs under a lease
  std::atomic<Duration> lease_end{Duration{0}};  // by since_boot(); written by the keeper
  bool recorded = false;  // the history has all of this; only the settlement is open
  bool adding = false;    // its instance may be in the store already, or have run and left
  bool edited = false;    // reserved.stored is the task as somebody changed it meanwhile
  std::optional<StoredTask> settled;  // as it shall be; nothing: removed

  std::optional<Instant> replaced_at;  // the next due time ends it
  LateFailure late_failure;            // of its present child

  bool final = false;      // `run` was the last attempt
  bool hooked = false;     // counted in Parts::hooked
  std::deque<Hook> hooks;  // still to be run, the first of them now
  UniqueFd hook_output;    // of that one
  std::vector<std::string> hook_failures;
  bool hooks_over = false;
  bool abandoned = false;  // not to be settled: whoever comes next runs the hooks

  // The id under which it is stored: for an instance ID@DUE, where run.task is ID.
  [[nodiscard]] const std::string& id() const { return reserved.stored.task.id; }
  [[nodiscard]] const Task& task() const
  {
    return begun.stored ? begun.stored->task : reserved.stored.task;
  }
};

// Shared: while the loop watches its child, the settler prolongs its lease.
using JobPtr = std::shared_ptr<Job>;

}  // namespace asyncz
