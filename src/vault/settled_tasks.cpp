// SPDX-License-Identifier: MIT
#include "vault/settled_tasks.hpp"

namespace asyncz {

void SettledTasks::put(const StoredTask& task, std::int64_t revision)
{
  const std::lock_guard lock{mutex_};
  const auto [entry, added] =
      settled_.insert_or_assign(task.task.id, Settled{task.progress.created, revision});
  if (!added) return;
  order_.push_back(task.task.id);
  if (order_.size() <= most) return;
  settled_.erase(order_.front());
  order_.pop_front();
}

bool SettledTasks::is_older(const StoredTask& task) const
{
  const std::lock_guard lock{mutex_};
  const auto found = settled_.find(task.task.id);
  return found != settled_.end() && found->second.created == task.progress.created &&
         task.progress.revision < found->second.revision;
}

}  // namespace asyncz
