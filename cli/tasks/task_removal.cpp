// SPDX-License-Identifier: MIT
#include "cli/tasks/task_removal.hpp"

#include "base/task_id.hpp"
#include "cli/tasks/new_task.hpp"
#include "cli/views/task_view.hpp"
#include "vault/waiters.hpp"

#include <algorithm>

namespace asyncz::cli {
namespace {

constexpr int most_tries = 100;

Status leave_to_worker(OpenStore& open, const std::string& id)
{
  const auto marked = open.vault->update(id, [](StoredTask& task) -> Status {
    task.progress.remove_after_run = true;
    return {};
  });
  return marked ? Status{} : Status{marked.error()};
}

// They would run though their task has gone.
Status remove_instances(OpenStore& open, const StoredTask& task, Instant now)
{
  Status status;
  for (const std::string& instance : task.progress.instances) {
    const auto removed = remove_task(open, instance, now);
    if (!removed && removed.error().kind != ErrorKind::not_found) status = removed;
  }
  return status;
}

}  // namespace

Status remove_task(OpenStore& open, const std::string& id, Instant now)
{
  Status removed;
  for (int tries = 0; tries < most_tries; ++tries) {
    const Result<StoredTask> task = open.vault->get(id);
    if (!task) return task.error();
    if (status_of(*open.vault, *task, now).own == TaskState::running) {
      const Status left = leave_to_worker(open, id);
      return left ? remove_instances(open, *task, now) : left;
    }
    if (!task->progress.waiters.empty()) {
      const Status told = tell_waiters(*open.vault, *task, false, now, system_random());
      if (!told) return told;
    }
    removed = open.vault->remove(*task);
    if (removed) return remove_instances(open, *task, now);
    if (removed.error().kind != ErrorKind::conflict) return removed;
  }
  return removed;
}

Result<std::vector<std::string>> tagged_tasks(Vault& vault, std::string_view tag,
                                              const std::set<std::string>& kept)
{
  std::vector<std::string> found;
  const auto visited = vault.each([&](std::string_view id, const Result<StoredTask>& task) {
    if (!task || kept.contains(std::string{id}) || parent_of_instance(id)) return true;
    const auto& tags = task->task.tags;
    if (std::ranges::find(tags, tag) != tags.end()) found.emplace_back(id);
    return true;
  });
  if (!visited) return visited.error();
  return found;
}

}  // namespace asyncz::cli
