// SPDX-License-Identifier: MIT
#include "run/foreground.hpp"

#include "base/task_id.hpp"
#include "run/environment.hpp"
#include "run/hook_child.hpp"
#include "run/parts.hpp"
#include "run/process_group.hpp"
#include "vault/kept_task.hpp"
#include "vault/waiters.hpp"

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

// How a child ended.
struct ForegroundEnd {
  int status = 0;
  rusage usage{};
  bool timed_out = false;
};

// Waits for our children, one after the other. Signals that ask us to end are passed on to them.
class Foreground {
 public:
  Foreground()
  {
    sigset_t wanted;
    ::sigemptyset(&wanted);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) ::sigaddset(&wanted, signal);
    ::pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    signals_.reset(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  Foreground(const Foreground&) = delete;
  Foreground& operator=(const Foreground&) = delete;
  ~Foreground() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  ForegroundEnd wait(int pid, std::optional<Duration> timeout, Duration grace)
  {
    ForegroundEnd end;
    std::optional<Steady::time_point> deadline;
    if (timeout) deadline = from_now(*timeout);
    for (;;) {
      wait_for(std::array{signals_.get()}, deadline);
      if (ended(pid, end)) return end;
      if (!deadline || Steady::now() < *deadline) continue;
      signal_group(pid, end.timed_out ? SIGKILL : SIGTERM);
      deadline.reset();
      if (!std::exchange(end.timed_out, true)) deadline = from_now(grace);
    }
  }

 private:
  bool ended(int pid, ForegroundEnd& end)
  {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
      if (info.ssi_signo != SIGCHLD) signal_group(pid, static_cast<int>(info.ssi_signo));
    }
    return ::wait4(pid, &end.status, WNOHANG, &end.usage) == pid;
  }

  sigset_t before_{};
  UniqueFd signals_;
};

// One run and its hooks.
class ForegroundRun {
 public:
  ForegroundRun(Spawner& spawner, const Clock& clock, const Reserved& reserved)
      : spawner_{spawner},
        clock_{clock},
        task_{reserved.stored.task},
        lock_{reserved.reservation.lock.get()}
  {
  }

  // Fills in how it went.
  void operator()(Run& run, const Beginning::Start& start)
  {
    run.start = clock_.now();
    auto spec = child_spec(task_, {run.id(), run.fence, start}, host_);
    auto input = memory_file(task_.stdin_data);
    if (!spec || !input) return fail(run, 125, (spec ? input.error() : spec.error()).what);
    spec->stdin_fd = input->get();
    spec->output_fd = STDOUT_FILENO;
    spec->error_fd = STDERR_FILENO;
    spec->lock_fd = lock_;
    const auto started = spawner_.spawn(*spec);
    if (const auto* failure = std::get_if<SpawnFailure>(&started)) {
      return fail(run, failure->exit_status, failure->reason);
    }
    complete(run, foreground_.wait(std::get<Child>(started).pid, task_.timeout, task_.kill_grace));
  }

  // Nothing was kept of what the run printed, so that its hooks have nothing to read.
  void run_hooks(Run& run)
  {
    const auto ended = run;
    for (const auto& hook : hooks_of(task_, ended)) {
      if (const auto failure = run_hook(hook, ended)) add_reason(run, *failure);
    }
  }

 private:
  void fail(Run& run, int exit_status, std::string reason)
  {
    run.state = RunState::failed;
    run.exit_status = exit_status;
    run.reason = std::move(reason);
    run.end = clock_.now();
  }

  void complete(Run& run, const ForegroundEnd& end)
  {
    run.end = clock_.now();
    if (WIFEXITED(end.status)) run.exit_status = WEXITSTATUS(end.status);
    if (WIFSIGNALED(end.status)) run.signal = WTERMSIG(end.status);
    const auto& usage = end.usage;
    run.cpu = std::chrono::seconds{usage.ru_utime.tv_sec + usage.ru_stime.tv_sec} +
              Duration{usage.ru_utime.tv_usec + usage.ru_stime.tv_usec};
    run.max_memory = std::int64_t{usage.ru_maxrss} * 1024;
    const auto& good = task_.success_exit_codes;
    const bool succeeded =
        run.exit_status && std::find(good.begin(), good.end(), *run.exit_status) != good.end();
    run.state = end.timed_out ? RunState::timed_out
                : succeeded   ? RunState::succeeded
                              : RunState::failed;
  }

  // What is to be said of a hook that failed.
  std::optional<std::string> run_hook(const Hook& hook, const Run& run)
  {
    auto spec = hook_spec(task_, run, hook, host_);
    const auto output = hook_output();
    if (!spec || !output) {
      return hook_failure(hook, (spec ? output.error() : spec.error()).what, -1);
    }
    spec->output_fd = output->get();
    spec->lock_fd = lock_;
    const auto started = spawn_hook(spawner_, *std::move(spec));
    if (const auto* failure = std::get_if<SpawnFailure>(&started)) {
      return hook_failure(hook, failure->reason, -1);
    }
    const auto end = foreground_.wait(std::get<Child>(started).pid, hook_time, hook_grace);
    const auto how =
        end_of_hook(end.status, end.timed_out ? std::optional{hook_time} : std::nullopt);
    if (!how) return std::nullopt;
    return hook_failure(hook, *how, output->get());
  }

  Spawner& spawner_;
  const Clock& clock_;
  const Task& task_;
  const int lock_;
  const Host host_ = this_host();
  Foreground foreground_;
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
    if (!ending->stored) {
      const bool success = run.state == RunState::succeeded;
      auto told = tell_waiters(vault, reserved.stored, success, now, make_random());
      if (!told) return told;
    }
    auto status = settle(vault, reserved, ending->stored);
    if (status || status.error().kind != ErrorKind::conflict) return status;
  }
}

}  // namespace

Result<std::string> add_instance(Vault& vault, const StoredTask& task, Instant due, Instant moment)
{
  auto instance = instance_of(task, due, moment);
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
  ForegroundRun foreground{spawner, clock, *reserved};
  foreground(run, start);
  const auto ending = finish(stored, run, clock.now(), make_random());
  const bool ends = ending && !ending->stored;
  if (ends && is_kept(stored, run.state)) run.task_record = kept_task(stored.task);
  if (auto recorded = vault.record_run(run); !recorded) return recorded.error();
  if (ending && (ending->final || task->task.recurring())) {
    const auto reason = run.reason;
    foreground.run_hooks(run);
    if (run.reason != reason) {
      if (auto recorded = vault.record_run(run); !recorded) return recorded.error();
    }
  }
  if (auto settled = finish_and_settle(vault, *reserved, run, clock.now()); !settled) {
    return settled.error();
  }
  return run;
}

}  // namespace asyncz
