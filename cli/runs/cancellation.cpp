// SPDX-License-Identifier: MIT
#include "cli/runs/cancellation.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "cli/runs/processes.hpp"
#include "run/environment.hpp"
#include "run/process_group.hpp"
#include "run/wait.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

namespace asyncz::cli {
namespace {

constexpr int most_leftovers = 100;

Error has_ended(const std::string& id)
{
  return {ErrorKind::not_found, fmt::format("no run of task {} is under way", printable(id)),
          "asyncz remove takes the task away, asyncz pause keeps it from running"};
}

// Whoever runs this task, where that is another user than ours; only root's worker runs others.
//   failed  there is no such user here
Result<std::optional<uid_t>> other_user_of(const Task& task)
{
  if (!task.user || ::geteuid() != 0) return std::optional<uid_t>{};
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  ::getpwnam_r(task.user->c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr) return std::optional{found->pw_uid};
  return Error{ErrorKind::failed, fmt::format("there is no user {}", printable(*task.user)), {}};
}

UniqueFd handle_of(pid_t process)
{
  return UniqueFd{static_cast<int>(::syscall(SYS_pidfd_open, process, 0))};
}

// Ends a process with its group: what a run starts comes and goes, but stays in groups that the run
// has made. Whether it has gone.
bool end_group_of(pid_t pid, std::optional<uid_t> user, Duration kill_grace)
{
  const pid_t group = ::getpgid(pid);
  if (pid <= 1 || group <= 1 || group == ::getpgrp()) return false;
  const auto leader = handle_of(group);
  const auto process = handle_of(pid);
  if (!signal_group_as(user, group, SIGTERM)) return false;
  signal_group_as(user, group, SIGCONT);
  wait_for(std::array{leader ? leader.get() : process.get()}, from_now(kill_grace));
  signal_group_as(user, group, SIGKILL);
  return !process || wait_for(std::array{process.get()}, from_now(kill_grace))[0];
}

}  // namespace

std::string RunUnderWay::run_id() const
{
  return fmt::format("{}.{}", parent_of_instance(id).value_or(id), fence);
}

const WorkerInfo* worker_of(const RunUnderWay& run, const std::vector<WorkerInfo>& workers)
{
  const auto found = std::ranges::find_if(workers, [id = run.run_id()](const WorkerInfo& worker) {
    return std::ranges::find(worker.running, id) != worker.running.end();
  });
  return found == workers.end() ? nullptr : &*found;
}

Result<std::vector<RunUnderWay>> runs_under_way(Vault& vault, const StoredTask& task)
{
  std::vector<RunUnderWay> runs;
  if (task.reserved_or_interrupted()) runs.push_back({task.task.id, task.fence});
  for (const std::string& id : task.progress.instances) {
    const auto instance = vault.get(id);
    if (!instance && instance.error().kind == ErrorKind::not_found) continue;
    if (!instance) return instance.error();
    if (instance->reserved_or_interrupted()) runs.push_back({id, instance->fence});
  }
  return runs;
}

Status request_cancel(Vault& vault, const RunUnderWay& run)
{
  const auto written = vault.update(run.id, [&](StoredTask& task) -> Status {
    if (task.fence != run.fence || !task.reserved_or_interrupted()) return has_ended(run.id);
    task.progress.cancel_fence = run.fence;
    return {};
  });
  if (written) return {};
  return written.error().kind == ErrorKind::not_found ? has_ended(run.id) : written.error();
}

Result<bool> is_served_here(Vault& vault, int pid)
{
  const auto workers = vault.workers();
  if (!workers) return workers.error();
  const auto host = this_host().name;
  for (; pid > 1; pid = parent_of_process(pid)) {
    const auto is_it = [&](const WorkerInfo& worker) {
      return worker.pid == pid && worker.host == host;
    };
    if (std::ranges::any_of(*workers, is_it)) return true;
  }
  return false;
}

Result<std::vector<std::string>> end_leftovers(OpenStore& open, const Task& task,
                                               const std::string& id, Instant now)
{
  std::vector<std::string> lines;
  for (int i = 0; i < most_leftovers; ++i) {
    const auto holder = open.store->holder(id, now);
    if (!holder) return holder.error();
    if (!holder->held || holder->pid <= 0 || holder->pid == ::getpid()) break;
    const auto served = is_served_here(*open.vault, holder->pid);
    if (!served) return served.error();
    if (*served) break;
    const auto user = other_user_of(task);
    if (!user) return user.error();
    const auto process =
        fmt::format("process {} ({})", holder->pid, printable(name_of_process(holder->pid)));
    if (!end_group_of(holder->pid, *user, task.kill_grace)) {
      lines.push_back(
          fmt::format("{} holds the task; it is left alone: it is not one that the task's user "
                      "could end",
                      process));
      break;
    }
    lines.push_back(fmt::format("ended {} and its group, which no live worker watches", process));
  }
  return lines;
}

}  // namespace asyncz::cli
