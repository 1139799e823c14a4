// SPDX-License-Identifier: MIT
#include "cli/tasks/dry_run.hpp"

#include "cli/tasks/after_options.hpp"
#include "cli/tasks/new_task.hpp"
#include "vault/waiters.hpp"

#include <utility>

namespace asyncz::cli {

Result<DryRun> DryRun::of(Context& context, bool replace)
{
  DryRun dry_run{replace};
  auto open = context.open(Access::read);
  if (!open && open.error().kind != ErrorKind::not_found) return open.error();
  if (open) dry_run.open_ = *std::move(open);
  return dry_run;
}

Status DryRun::resolve(Task& task)
{
  if (open_) return resolve_parents(*open_->vault, task);
  return task.after.empty() ? Status{} : Status{no_parent(task.after.front().id)};
}

Status DryRun::add(const Task& task)
{
  if (const Status free = check_free(task); !free) return free;
  if (const Status follows = check_parents(task); !follows) return follows;
  added_.insert_or_assign(task.id, task.recurring());
  return {};
}

Status DryRun::check_free(const Task& task)
{
  if (replace_) return {};
  bool taken = added_.contains(task.id);
  if (!taken && open_) {
    const auto found = open_->store->lookup_task(task.id);
    if (!found && found.error().kind != ErrorKind::not_found) return found.error();
    taken = static_cast<bool>(found);
  }
  return taken ? Status{is_taken(task.id)} : Status{};
}

Status DryRun::check_parents(const Task& task)
{
  for (const Dependency& parent : task.after) {
    const auto added = added_.find(parent.id);
    if (added != added_.end() && added->second) return never_ends(parent.id);
    if (added != added_.end()) continue;
    if (!open_) return no_parent(parent.id);
    const auto joinable = check_parent(*open_->vault, task.id, parent.id);
    if (!joinable) return joinable;
  }
  return {};
}

}  // namespace asyncz::cli
