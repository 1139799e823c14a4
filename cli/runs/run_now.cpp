// SPDX-License-Identifier: MIT
#include "cli/runs/run_now.hpp"

#include "task/lifecycle.hpp"
#include "vault/kept_task.hpp"

#include <fmt/format.h>

namespace asyncz::cli {
namespace {

Result<std::string> bring_forward(OpenStore& open, const StoredTask& task, Instant now)
{
  const auto& id = task.task.id;
  const auto holder = open.store->holder(id, now);
  if (!holder) return holder.error();
  if (holder->held) {
    return Error{ErrorKind::conflict, "task '" + id + "' is running",
                 "asyncz logs -f " + id + " follows it"};
  }
  const auto written = open.vault->update(id, [&](StoredTask& stored) {
    stored.task.paused = false;
    for (auto& parent : stored.task.after) parent.met = true;
    stored.progress.paused_by.clear();
    stored.progress.paused_since.reset();
    stored.progress.due = stored.progress.moment = now;
    return Status{};
  });
  if (!written) return written.error();
  return id;
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

Result<std::string> run_now(OpenStore& open, const StoredTask& task, Instant due, Instant now)
{
  if (task.task.recurring()) return add_instance(*open.vault, task, due, now);
  return bring_forward(open, task, now);
}

bool is_failure(RunState state)
{
  switch (state) {
    case RunState::failed:
    case RunState::timed_out:
    case RunState::cancelled:
    case RunState::missed:
    case RunState::lost:
      return true;
    case RunState::running:
    case RunState::succeeded:
    case RunState::skipped:
      return false;
  }
  return false;
}

Result<std::string> retry_run(OpenStore& open, const Run& run, Instant now)
{
  if (!is_failure(run.state)) {
    return Error{ErrorKind::conflict, fmt::format("run {} has not failed", run.id()),
                 "asyncz run runs a task once more, however it ended"};
  }
  const auto stored = open.vault->get(run.task);
  if (stored) return run_now(open, *stored, run.scheduled, now);
  if (stored.error().kind != ErrorKind::not_found) return stored.error();
  auto kept = task_kept_by(run, now);
  if (!kept) return kept.error();
  if (auto added = open.vault->add({&*kept, 1}).front(); !added) return added.error();
  return run.task;
}

}  // namespace asyncz::cli
