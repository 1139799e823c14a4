// SPDX-License-Identifier: MIT
// The five threads of a worker as each other sees them: a mailbox each, and what may be put in.
#pragma once

#include "run/environment.hpp"
#include "run/hook_child.hpp"
#include "run/job.hpp"
#include "run/mailbox.hpp"
#include "run/metrics.hpp"
#include "run/spawner.hpp"
#include "run/worker_log.hpp"
#include "time/clock.hpp"
#include "vault/vault.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <variant>
#include <vector>

namespace asyncz {

struct HistoryLimits {
  Duration keep_age{0};
  std::int64_t keep_bytes = 0;
  std::int64_t keep_runs = 0;  // logs of each task; 0 is all
};

struct WorkerOptions {
  std::string name;  // HOST-PID unless said otherwise
  std::string version;
  std::string store;  // its URL, for messages
  std::size_t concurrency = 1;
  std::vector<QueueShare> queues;  // only these; a limit of 0 is none. Empty: all
  bool drain = false;              // stop when nothing is due, here or held elsewhere
  bool once = false;               // stop when what is due at the start has run
  // Run this task now, whenever it is due, here in the foreground (run/tee.hpp), and nothing else.
  // A signal that asks us to end cancels the run.
  std::string only;
  bool show_output = false;
  std::optional<Duration> shutdown_timeout;
  Duration lease = std::chrono::seconds{30};
  HistoryLimits history;
  std::string log_folder;  // empty: that of run_log.hpp
  Duration hook_time = asyncz::hook_time;
  Metrics* metrics = nullptr;  // where there is one, it is told what happens; not owned
};

// --- The loop: watches children, timeouts and signals ------------------------------------------

struct Started {
  JobPtr job;
  int pid = 0;
};
struct EndRun {  // its child is to be ended
  JobPtr job;
  RunState state = RunState::cancelled;
  std::string reason;
};
struct NothingLeft {};    // drained: time to stop
struct Quiet {};          // the launcher will start nothing more, or nothing more of this round
struct HooksOver {};      // those of one job
struct Closed {};         // all is settled
struct NewsForOthers {};  // slots or troubles have changed
struct Broken {           // the worker cannot go on
  Error error;
};
struct Ping {  // answered by the loop itself
  std::shared_ptr<std::binary_semaphore> answer;
};
using LoopLetter = std::variant<Started, EndRun, NothingLeft, Quiet, HooksOver, Closed,
                                NewsForOthers, Broken, Ping>;

// --- The launcher: waits for what is due, reserves and starts it --------------------------------

struct Freed {  // a child has ended
  JobPtr job;
};
struct RunHooks {  // its last attempt has ended, and the history has it
  JobPtr job;
};
struct HookEnded {
  JobPtr job;
};
struct Ready {  // to be started: nothing has to be written before
  JobPtr job;
};
struct Settled {  // so many jobs are done with
  std::size_t count = 0;
  std::optional<Instant> boot_retry;  // a boot task is to be tried again then
};
struct PausedQueues {
  std::vector<std::string> queues;
};
struct LookAgain {};      // the number of slots, or Parts::troubles, has changed
struct StopTaking {};     // answered by Quiet
struct ShutdownTasks {};  // start those; answered by Quiet
struct Close {};          // the last letter
using LauncherLetter = std::variant<Freed, RunHooks, HookEnded, Ready, Settled, PausedQueues,
                                    LookAgain, StopTaking, ShutdownTasks, Close>;

// --- The recorder: appends to the history what has ended, at once --------------------------------

struct Before {  // what was found when it began; answered by Ready to the launcher
  JobPtr job;
};
struct GiveUp {};  // what cannot be recorded now is left to others
using RecorderLetter = std::variant<JobPtr, Before, GiveUp, Close>;

// --- The settler: all other dealings with the store ---------------------------------------------

struct Settle {  // or drop it, where it is abandoned
  JobPtr job;
};
struct Begin {  // has instances: needs to look at the store
  JobPtr job;
};
struct Running {  // the ids of all runs, for the worker's note
  std::vector<std::string> runs;
};
struct Edited {  // its task was changed while it ran
  JobPtr job;
};
struct NotesChanged {};
struct Errand {  // something else that is to be done with the store
  std::function<void()> work;
};
using SettlerLetter = std::variant<Settle, Begin, Running, Edited, NotesChanged, Errand, Close>;

// --- The keeper: prolongs leases ----------------------------------------------------------------

struct Hold {  // its child runs under a lease
  JobPtr job;
};
struct Release {  // its child has ended; the job goes on to the recorder
  JobPtr job;
};
using KeeperLetter = std::variant<Hold, Release, Close>;

// What all of them use.
struct Parts {
  Vault& vault;
  Spawner& spawner;
  const Clock& clock;
  const WorkerOptions& options;
  WorkerLog& log;
  Host host;
  std::string log_folder;
  Instant since;

  std::atomic<std::size_t> slots{options.concurrency};  // a reload may change it
  std::atomic<std::size_t> children{0};  // that run now; settlements wait for company meanwhile
  std::atomic<bool> spawning{false};     // a child may have ended before Started tells of it
  std::atomic<std::size_t> hooked{0};    // jobs whose hooks are not over, or may be yet to come
  std::atomic<bool> hurried{false};      // no hook is to begin any more
  std::atomic<bool> giving_up{false};    // told to stop again while the store does not answer
  // Threads that cannot write to the store, or start runs; nothing new is started.
  std::atomic<int> troubles{0};
  std::atomic<bool> starved{false};  // one of them is the launcher: what a run needs is not there

  Mailbox<LoopLetter> loop;
  Mailbox<LauncherLetter> launcher;
  Mailbox<KeeperLetter> keeper;
  Mailbox<RecorderLetter> recorder;
  Mailbox<SettlerLetter> settler;

  // Gives a job to the recorder, by way of the keeper where that has it.
  void record(JobPtr job);
  // Has its lease prolonged until then.
  void keep(const JobPtr& job);
  // Whether a thread can write to the store has changed; `was` is what it said before.
  void set_trouble(bool& was, bool is);
};

// A source of chance for one thread.
[[nodiscard]] Random make_random();

// The worker's note, as others read it.
[[nodiscard]] WorkerInfo note_of(const Parts& parts, std::vector<std::string> running);

}  // namespace asyncz
