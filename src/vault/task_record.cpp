// SPDX-License-Identifier: MIT
#include "vault/task_record.hpp"

namespace asyncz {
namespace {

Error disagrees(std::string_view field)
{
  return {ErrorKind::corrupt,
          "its clear " + std::string{field} + " does not agree with what is sealed",
          "somebody changed the record outside asyncz"};
}

}  // namespace

std::string clear_queue(const Task& task)
{
  switch (task.trigger.kind) {
    case TriggerKind::boot:
      return std::string{boot_queue};
    case TriggerKind::shutdown:
      return std::string{shutdown_queue};
    case TriggerKind::date:
    case TriggerKind::interval:
    case TriggerKind::cron:
    case TriggerKind::calendar:
    case TriggerKind::any:
    case TriggerKind::all:
      return task.queue;
  }
  return task.queue;
}

Instant sealed_moment(const StoredTask& task)
{
  return task.task.paused ? never : task.progress.moment;
}

std::uint64_t unsettled(const Record& record, const StoredTask& task)
{
  return record.fence - task.progress.settled_fence;
}

Status check_clear_fields(const Record& record, const StoredTask& task)
{
  const auto& progress = task.progress;
  if (record.id != task.task.id) return disagrees("id");
  if (record.queue != clear_queue(task.task)) return disagrees("queue");
  if (record.priority != task.task.priority) return disagrees("priority");
  if (record.revision < progress.revision) return disagrees("revision");
  if (record.fence < progress.settled_fence) return disagrees("fence");
  // Each settlement seals both; so many reservations without one there are never.
  constexpr std::uint64_t most_unsettled = std::uint64_t{1} << 20U;
  const auto writes =
      static_cast<std::uint64_t>(record.revision) - static_cast<std::uint64_t>(progress.revision);
  if (writes > most_unsettled) return disagrees("revision");
  if (unsettled(record, task) > most_unsettled) return disagrees("fence");
  // An edit of a task that is reserved leaves the clear moment where it is.
  if (unsettled(record, task) == 0 && record.moment < sealed_moment(task))
    return disagrees("moment");
  return {};
}

}  // namespace asyncz
