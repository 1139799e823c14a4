// SPDX-License-Identifier: MIT
#include "run/foreground.hpp"

#include "base/task_id.hpp"
#include "run/environment.hpp"
#include "run/parts.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace asyncz {
namespace {

// A worker may take what we were about to run ourselves, should we die before we do.
constexpr auto head_start = std::chrono::minutes{1};

class ForegroundRun {
 public:
  ForegroundRun(Spawner& spawner, const Clock& clock, const Task& task)
      : spawner_{spawner}, clock_{clock}, task_{task}
  {
    sigset_t wanted;
    ::sigemptyset(&wanted);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) ::sigaddset(&wanted, signal);
    ::pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    signals_.reset(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  ForegroundRun(const ForegroundRun&) = delete;
  ForegroundRun& operator=(const ForegroundRun&) = delete;
  ~ForegroundRun() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  // Fills in how it went.
  void operator()(Run& run, const Beginning::Start& start, int lock)
  {
    run.start = clock_.now();
    spawn(run, start, lock);
    while (pid_ > 0) {
      wait_for(std::array{signals_.get()}, deadline_);
      read_signals(run);
      if (pid_ > 0 && deadline_ && Steady::now() >= *deadline_) out_of_time();
    }
    run.end = clock_.now();
  }

 private:
  void spawn(Run& run, const Beginning::Start& start, int lock)
  {
    auto spec = child_spec(task_, {run.id(), run.fence, start}, this_host());
    auto input = memory_file(task_.stdin_data);
    if (!spec || !input) return fail(run, 125, (spec ? input.error() : spec.error()).what);
    spec->stdin_fd = input->get();
    spec->output_fd = STDOUT_FILENO;
    spec->error_fd = STDERR_FILENO;
    spec->lock_fd = lock;
    const auto started = spawner_.spawn(*spec);
    if (const auto* failure = std::get_if<SpawnFailure>(&started)) {
      return fail(run, failure->exit_status, failure->reason);
    }
    pid_ = std::get<Child>(started).pid;
    if (task_.timeout) deadline_ = Steady::now() + *task_.timeout;
  }

  static void fail(Run& run, int exit_status, std::string reason)
  {
    run.state = RunState::failed;
    run.exit_status = exit_status;
    run.reason = std::move(reason);
  }

  void read_signals(Run& run)
  {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGCHLD) {
        reap(run);
      } else if (pid_ > 0) {
        ::kill(-pid_, static_cast<int>(info.ssi_signo));
      }
    }
  }

  void reap(Run& run)
  {
    int status = 0;
    rusage usage{};
    if (::wait4(pid_, &status, WNOHANG, &usage) != pid_) return;
    pid_ = 0;
    if (WIFEXITED(status)) run.exit_status = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) run.signal = WTERMSIG(status);
    run.cpu = std::chrono::seconds{usage.ru_utime.tv_sec + usage.ru_stime.tv_sec} +
              Duration{usage.ru_utime.tv_usec + usage.ru_stime.tv_usec};
    run.max_memory = std::int64_t{usage.ru_maxrss} * 1024;
    const auto& good = task_.success_exit_codes;
    const bool succeeded =
        run.exit_status && std::find(good.begin(), good.end(), *run.exit_status) != good.end();
    run.state = timed_out_  ? RunState::timed_out
                : succeeded ? RunState::succeeded
                            : RunState::failed;
  }

  void out_of_time()
  {
    ::kill(-pid_, timed_out_ ? SIGKILL : SIGTERM);
    deadline_.reset();
    if (!std::exchange(timed_out_, true)) deadline_ = Steady::now() + task_.kill_grace;
  }

  Spawner& spawner_;
  const Clock& clock_;
  const Task& task_;
  sigset_t before_{};
  UniqueFd signals_;
  std::optional<Steady::time_point> deadline_;
  int pid_ = 0;
  bool timed_out_ = false;
};

Status settle(Vault& vault, Reserved& reserved, const std::optional<StoredTask>& stored)
{
  const Outcome outcome{&reserved, stored};
  return vault.settle({&outcome, 1}).front();
}

// What follows from the run; once more from the task as it was edited, if it was.
Status finish_and_settle(Vault& vault, Reserved& reserved, const Run& run, Instant now)
{
  const bool instance = parent_of_instance(reserved.stored.task.id).has_value();
  for (;;) {
    auto ending = finish(reserved.stored, run, now, make_random());
    if (!ending) return ending.error();
    if (instance) ending->stored.reset();
    auto status = settle(vault, reserved, ending->stored);
    if (status || status.error().kind != ErrorKind::conflict) return status;
  }
}

}  // namespace

Result<std::string> add_instance(Vault& vault, const StoredTask& task, Instant now, Instant moment)
{
  auto instance = instance_of(task, now, now);
  instance.progress.moment = moment;
  const auto id = instance.task.id;
  if (auto added = vault.add({&instance, 1}).front(); !added) return added.error();
  const auto listed = vault.update(task.task.id, [&](StoredTask& parent) {
    parent.progress.instances.push_back(id);
    return Status{};
  });
  if (!listed && listed.error().kind != ErrorKind::not_found) return listed.error();
  return id;
}

Result<Run> run_in_foreground(Vault& vault, Spawner& spawner, const Clock& clock,
                              std::string_view id)
{
  const auto task = vault.get(id);
  if (!task) return task.error();
  std::string reserved_id{id};
  if (task->task.recurring()) {
    const auto now = clock.now();
    auto instance = add_instance(vault, *task, now, now + head_start);
    if (!instance) return instance.error();
    reserved_id = *std::move(instance);
  }
  Demand demand;
  demand.now = clock.now();
  auto reserved = vault.reserve(reserved_id, demand);
  if (!reserved) return reserved.error();

  const auto& stored = reserved->stored;
  const Beginning::Start start{stored.progress.due.value_or(clock.now()), stored.progress.attempt};
  auto run = run_of(stored, start);
  const auto host = this_host();
  run.host = host.name;
  run.worker = host.name + "-" + std::to_string(::getpid());
  ForegroundRun{spawner, clock, stored.task}(run, start, reserved->reservation.lock.get());
  if (auto recorded = vault.record_run(run); !recorded) return recorded.error();
  if (auto settled = finish_and_settle(vault, *reserved, run, clock.now()); !settled) {
    return settled.error();
  }
  return run;
}

}  // namespace asyncz
