// SPDX-License-Identifier: MIT
#include "task/lifecycle.hpp"

#include "base/task_id.hpp"
#include "task/dependency.hpp"
#include "task/lifecycle_parts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asyncz {
namespace {

constexpr std::array<std::string_view, 7> state_texts{
    "unreadable", "running", "paused", "waiting", "retrying", "due", "scheduled"};

}  // namespace

std::string_view task_state_text(TaskState state)
{
  return state_texts.at(static_cast<std::size_t>(state));
}

TaskState state_of(const StoredTask& task, bool held, Instant now)
{
  if (held) return TaskState::running;
  if (task.task.paused) return TaskState::paused;
  if (waits(task.task)) return TaskState::waiting;
  if (task.progress.attempt > 1) return TaskState::retrying;
  if (timeless(task.task)) return TaskState::scheduled;
  return task.progress.moment <= now ? TaskState::due : TaskState::scheduled;
}

Result<std::optional<Instant>> next_run_time(const StoredTask& task, bool held, Instant now)
{
  const auto nothing = std::optional<Instant>{};
  switch (state_of(task, held, now)) {
    case TaskState::unreadable:
    case TaskState::paused:
    case TaskState::waiting:
      return nothing;
    case TaskState::retrying:
      return std::optional{task.progress.moment};
    case TaskState::due:
    case TaskState::scheduled:
      return timeless(task.task) ? nothing : std::optional{task.progress.moment};
    case TaskState::running:
      break;
  }
  if (!task.task.recurring() || timeless(task.task) || task.task.paused) return nothing;
  const auto course = Course::of(task.task);
  if (!course) return course.error();
  return course->schedule->next(std::max(task.progress.due.value_or(now), now));
}

Status plan(StoredTask& task, Instant now, const Random& random)
{
  auto& progress = task.progress;
  progress.attempt = 1;
  const auto course = Course::of(task.task);
  if (!course) return course.error();
  progress.due.reset();
  progress.moment = never;
  if (timeless(task.task)) {
    if (!task.task.paused) progress.moment = Instant{};
    return {};
  }
  std::optional<Instant> due;
  if (task.task.recurring()) {
    const auto next = course->schedule->next(now - tick);
    if (!next) return next.error();
    if (!*next) return Error{ErrorKind::usage, "the schedule has nothing left to come", {}};
    due = *next;
  } else {
    due = std::max(task.task.trigger.at, now);
  }
  if (!task.task.paused && !waits(task.task)) schedule_for(task, course->zone, due, random);
  return {};
}

Duration retry_delay(const Task& task, std::int32_t attempt, const Random& random)
{
  const auto longest = static_cast<double>(task.retry_max_delay.count());
  auto grown = static_cast<double>(task.retry_delay.count());
  // std::pow alone would bring in libm, which every start of the program would have to load.
  const bool grows = grown > 0 && task.retry_backoff > 1;
  for (auto i = attempt; grows && i > 2 && grown < longest; --i) grown *= task.retry_backoff;
  const double delay = std::min(grown, longest) * (1 + 0.1 * random());
  return Duration{static_cast<std::int64_t>(std::min(delay, 9e18))};
}

Result<std::optional<Instant>> replaced_at(const StoredTask& task, Instant scheduled, Instant now)
{
  const bool ends = task.task.overlap == Overlap::replace && task.task.recurring();
  if (!ends || timeless(task.task)) return std::optional<Instant>{};
  const auto course = Course::of(task.task);
  if (!course) return course.error();
  return course->schedule->next(std::max(scheduled, now));
}

StoredTask instance_of(const StoredTask& task, Instant due, Instant now)
{
  StoredTask instance;
  instance.task = task.task;
  instance.task.id = instance_id(task.task.id, us_of(due));
  instance.task.trigger = {.kind = TriggerKind::date, .at = due};
  instance.task.max_instances = 1;
  instance.task.paused = false;
  instance.task.after.clear();
  instance.progress.created = now;
  instance.progress.due = due;
  instance.progress.moment = std::min(due, now);
  return instance;
}

Result<Course> Course::of(const Task& task)
{
  auto zone = Zone::load(task.timezone);
  if (!zone) return zone.error();
  auto schedule = compile(task.trigger, *zone, task.id);
  if (!schedule) return schedule.error();
  return Course{*std::move(zone), *std::move(schedule)};
}

bool timeless(const Task& task)
{
  return task.trigger.kind == TriggerKind::boot || task.trigger.kind == TriggerKind::shutdown;
}

void schedule_for(StoredTask& task, const Zone& zone, std::optional<Instant> due,
                  const Random& random)
{
  auto& progress = task.progress;
  progress.due = due;
  progress.attempt = 1;
  progress.moment = never;
  if (!due) return;
  auto delay = Duration::zero();
  if (const auto jitter = static_cast<double>(task.task.jitter.count()); jitter > 0) {
    delay = Duration{static_cast<std::int64_t>(jitter * random())};
  }
  progress.moment = saturated_sum(*due, delay);
  progress.zone_rules = zone.rules_hash();
}

Run stretch_of(const StoredTask& task, RunState state, Instant first, Instant last)
{
  const auto parent = parent_of_instance(task.task.id);
  Run run;
  run.task = parent ? std::string{*parent} : task.task.id;
  run.fence = task.fence;
  run.name = task.task.name;
  run.queue = task.task.queue;
  run.state = state;
  run.scheduled = first;
  run.stretch = Run::Stretch{first, last, {}};
  const auto& trigger = task.task.trigger;
  if (first == last) {
    run.stretch->count = 1;
  } else if (trigger.kind == TriggerKind::interval) {
    run.stretch->count = (last - first) / trigger.every + 1;
  }
  return run;
}

Run run_of(const StoredTask& task, const Beginning::Start& start)
{
  auto run = stretch_of(task, RunState::running, start.scheduled, start.scheduled);
  run.stretch.reset();
  run.attempt = start.attempt;
  run.created = task.progress.created;
  run.revision = task.progress.revision;
  return run;
}

Run interrupted_run(const StoredTask& task, RunState state, std::string reason)
{
  const auto& progress = task.progress;
  const auto before = static_cast<std::int32_t>(task.fence - progress.settled_fence - 2);
  auto run = run_of(task, {progress.due.value_or(Instant{}), progress.attempt + before});
  run.fence = task.fence - 1;
  run.state = state;
  run.reason = std::move(reason);
  return run;
}

}  // namespace asyncz
