// SPDX-License-Identifier: MIT
#include "vault/kept_task.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "codec/task_codec.hpp"

#include <utility>

namespace asyncz {

std::string kept_task(const Task& task)
{
  StoredTask kept;
  kept.task = task;
  const auto bytes = encode(kept);
  return std::string{text_of(bytes)};
}

bool is_kept(const StoredTask& task, RunState state)
{
  return !task.task.recurring() && state != RunState::succeeded &&
         !task.progress.remove_after_run && !parent_of_instance(task.task.id);
}

Result<StoredTask> task_kept_by(const Run& run, Instant now)
{
  if (run.task_record.empty()) {
    return Error{ErrorKind::not_found,
                 "the history does not keep task " + printable(run.task) + " with run " + run.id(),
                 "only what ended without success is kept there"};
  }
  auto kept = decode_task(bytes_of(run.task_record));
  if (!kept) return kept.error().in("run " + run.id());
  auto& task = kept->task;
  task.after.clear();
  task.paused = false;
  task.trigger = {.kind = TriggerKind::date, .at = now};
  kept->progress.created = now;
  kept->progress.due = kept->progress.moment = now;
  return kept;
}

}  // namespace asyncz
