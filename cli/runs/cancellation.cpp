// SPDX-License-Identifier: MIT
#include "cli/runs/cancellation.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "cli/runs/processes.hpp"
#include "run/environment.hpp"
#include "run/wait.hpp"

#include <fmt/format.h>

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace asyncz::cli {
namespace {

constexpr int most_leftovers = 100;

Error has_ended(const std::string& id)
{
  return {ErrorKind::not_found, fmt::format("no run of task {} is under way", printable(id)),
          "asyncz remove takes the task away, asyncz pause keeps it from running"};
}

// Ends a process with its group: what a run starts comes and goes, but stays in groups that the run
// has made.
void end_group_of(int pid, Duration kill_grace)
{
  const pid_t group = ::getpgid(pid);
  if (group <= 1 || group == ::getpgrp()) return;
  const UniqueFd leader{static_cast<int>(::syscall(SYS_pidfd_open, group, 0))};
  ::kill(-group, SIGTERM);
  ::kill(-group, SIGCONT);
  if (leader) wait_for(std::array{leader.get()}, from_now(kill_grace));
  ::kill(-group, SIGKILL);
  if (leader) wait_for(std::array{leader.get()}, from_now(kill_grace));
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

Result<std::vector<std::string>> end_leftovers(OpenStore& open, const std::string& id,
                                               Duration kill_grace, Instant now)
{
  std::vector<std::string> ended;
  for (int i = 0; i < most_leftovers; ++i) {
    const auto holder = open.store->holder(id, now);
    if (!holder) return holder.error();
    if (!holder->held || holder->pid <= 0 || holder->pid == ::getpid()) break;
    const auto served = is_served_here(*open.vault, holder->pid);
    if (!served) return served.error();
    if (*served) break;
    const auto name = name_of_process(holder->pid);
    end_group_of(holder->pid, kill_grace);
    ended.push_back(fmt::format("ended process {} ({}) and its group, which no live worker watches",
                                holder->pid, printable(name)));
  }
  return ended;
}

}  // namespace asyncz::cli
