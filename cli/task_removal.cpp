// SPDX-License-Identifier: MIT
#include "cli/task_removal.hpp"

#include "cli/task_view.hpp"

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

}  // namespace

Status remove_task(OpenStore& open, const std::string& id, Instant now)
{
  Status removed;
  for (int tries = 0; tries < most_tries; ++tries) {
    const Result<StoredTask> task = open.vault->get(id);
    if (!task) return task.error();
    if (status_of(*open.store, *task, now).state == TaskState::running) {
      return leave_to_worker(open, id);
    }
    removed = open.vault->remove(*task);
    if (removed || removed.error().kind != ErrorKind::conflict) return removed;
  }
  return removed;
}

}  // namespace asyncz::cli
