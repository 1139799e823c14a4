// SPDX-License-Identifier: MIT
// What to do with a task that has just been reserved.
#include "task/lifecycle.hpp"

#include "base/task_id.hpp"
#include "task/hook.hpp"
#include "task/lifecycle_parts.hpp"

#include <algorithm>
#include <utility>

namespace asyncz {
namespace {

std::uint64_t interruptions_of(const StoredTask& task)
{
  return task.fence - task.progress.settled_fence - 1;
}

// As far as it is kept beside the task.
std::optional<Run> last_run_of(const StoredTask& task)
{
  const auto& last = task.progress.last_run;
  if (!last) return std::nullopt;
  auto run = run_of(task, {last->scheduled, last->attempt});
  run.fence = last->fence;
  run.state = last->state;
  run.start = last->start;
  run.end = last->end;
  run.exit_status = last->exit_status;
  run.signal = last->signal;
  return run;
}

// It waits for nothing but the hooks of its last run.
bool retry_is_dropped(const StoredTask& task)
{
  const auto& progress = task.progress;
  return progress.attempt > 1 && progress.last_run &&
         progress.cancel_fence == progress.last_run->fence;
}

// Its due time was chosen of several that passed: what only has a moment before it. However many
// pass until it begins, it does.
bool is_chosen(const StoredTask& task)
{
  const auto& progress = task.progress;
  return progress.attempt == 1 && progress.due && progress.moment < *progress.due;
}

StoredTask settled(StoredTask task)
{
  task.progress.settled_fence = task.fence;
  return task;
}

// What one begin() works with.
struct Begin {
  const StoredTask& task;
  const Surroundings& around;
  const Random& random;
  Beginning out;

  Begin(const StoredTask& reserved, const Surroundings& surroundings, const Random& chance)
      : task{reserved}, around{surroundings}, random{chance}
  {
  }

  void start(Instant scheduled, std::int32_t attempt)
  {
    out.start = Beginning::Start{scheduled, attempt};
    if (!out.stored) out.stored = task;
    out.stored->progress.due = timeless(task.task) ? std::nullopt : std::optional{scheduled};
    out.stored->progress.attempt = attempt;
  }

  // The interrupted run ended in this state, for good: goes on as after any other end.
  Status give_up(RunState state, std::string reason)
  {
    const auto due = latest_due();
    if (!due) return due.error();
    auto run = interrupted_run(task, state, std::move(reason));
    run.scheduled = *due;
    run.end = around.now;
    auto ended = finish(task, run, around.now, random);
    if (!ended) return ended.error();
    out.records = std::move(ended->records);
    out.ended = run;
    out.records.insert(out.records.begin(), std::move(run));
    out.stored = std::move(ended->stored);
    return {};
  }

  Status after_interruption();
  Result<Instant> latest_due() const;
  Result<Instant> latest_since(const Course& course, Instant due) const;
  Status boot();
  Status due_time();
  void drop_retry(const Course& course, Instant next);
  void choose(const Course& course, Instant due);
  Status recurring_due(const Course& course, Instant due);
  Status run_for(const Course& course, Instant due);
  Result<std::optional<Instant>> without_missed(const Course& course, Instant due);
  Result<bool> has_instance(Instant due) const;
  Status leave_to_instance(const Course& course, Instant due);
  Status full(const Course& course, Instant due);
  void drop_ended_instances(StoredTask& kept) const;
};

Status Begin::after_interruption()
{
  const auto& progress = task.progress;
  const bool cancelled = progress.cancel_fence > progress.settled_fence;
  if (cancelled) return give_up(RunState::cancelled, "cancelled; its worker died meanwhile");
  if (progress.remove_after_run) {
    return give_up(RunState::lost, "interrupted after the task was removed");
  }
  if (task.task.delivery == Delivery::at_most_once) {
    return give_up(RunState::lost, "interrupted; delivery is at most once");
  }
  if (interruptions_of(task) <= most_interruptions) {
    out.records.push_back(interrupted_run(task, RunState::lost, "interrupted; it is run again"));
    const auto again = static_cast<std::int32_t>(interruptions_of(task));
    const auto due = latest_due();
    if (!due) return due.error();
    start(*due, progress.attempt + again);
    return {};
  }
  auto status = give_up(
      RunState::lost, "interrupted " + std::to_string(interruptions_of(task)) + " times in a row");
  if (!status || task.task.recurring() || parent_of_instance(task.task.id)) return status;
  out.stored = settled(task);
  out.stored->task.paused = true;
  out.stored->progress.moment = never;
  out.stored->progress.attempt = 1;
  out.stored->progress.paused_by = "asyncz: its runs were interrupted again and again";
  out.stored->progress.paused_since = around.now;
  return {};
}

// The due time of an interrupted run, or with coalesce the one into which it and those that passed
// meanwhile become one. With at-most-once only the time that choose() told the store.
Result<Instant> Begin::latest_due() const
{
  const auto due = task.progress.due.value_or(Instant{});
  const bool exact = !task.task.coalesce || task.task.delivery == Delivery::at_most_once;
  if (!task.task.recurring() || exact) return due;
  const auto course = Course::of(task.task);
  if (!course) return course.error();
  return latest_since(*course, due);
}

// The latest due time that has come, or this one, which is no later.
Result<Instant> Begin::latest_since(const Course& course, Instant due) const
{
  const auto latest = course.schedule->last(around.now);
  if (!latest) return latest.error();
  return std::max(latest->value_or(due), due);
}

// Boot tasks run once for each boot of each host, shutdown tasks at each shutdown of a worker.
Status Begin::boot()
{
  auto boots = task.progress.boots;
  if (task.task.trigger.kind == TriggerKind::boot) {
    const auto mark = std::find_if(boots.begin(), boots.end(), [&](const BootMark& it) {
      return it.machine_id == around.host.machine_id;
    });
    const bool ran = mark != boots.end() && mark->boot_id == around.host.boot_id;
    if (ran && task.progress.attempt == 1) {
      out.stored = settled(task);
      return {};
    }
    if (mark == boots.end()) {
      boots.push_back(around.host);
    } else {
      mark->boot_id = around.host.boot_id;
    }
    start(around.now, ran ? task.progress.attempt : 1);
  } else {
    start(around.now, task.progress.attempt);
  }
  out.stored->progress.boots = std::move(boots);
  return {};
}

// Records due times that are later than the grace time allows. The first due time that is not, or
// nothing where none is left.
Result<std::optional<Instant>> Begin::without_missed(const Course& course, Instant due)
{
  if (!task.task.misfire_grace_time) return std::optional{due};
  const Instant oldest = saturated_sum(around.now, -*task.task.misfire_grace_time);
  const bool planned = task.progress.due == due;
  const Instant moment = planned ? std::max(task.progress.moment, due) : due;  // jitter counts
  if (moment >= oldest) return std::optional{due};
  auto last = course.schedule->last(oldest - tick);
  if (!last) return last.error();
  const Instant last_missed = std::max(last->value_or(due), due);
  out.records.push_back(stretch_of(task, RunState::missed, due, last_missed));
  return course.schedule->next(last_missed);
}

void Begin::drop_ended_instances(StoredTask& kept) const
{
  std::erase_if(kept.progress.instances,
                [&](const std::string& id) { return !around.exists || !around.exists(id); });
}

// As many runs as may are under way; `due` is the first time for which none has begun.
Status Begin::full(const Course& course, Instant due)
{
  const auto last = latest_since(course, due);
  if (!last) return last.error();
  const Instant latest = *last;
  auto& stored = *out.stored;
  if (task.task.overlap != Overlap::skip) {
    out.replace_oldest = task.task.overlap == Overlap::replace;
    if (latest != due) {
      const auto before = course.schedule->last(latest - tick);
      if (!before) return before.error();
      out.records.push_back(
          stretch_of(task, RunState::skipped, due, std::max(before->value_or(due), due)));
    }
    // Looked at again each second: nobody tells a task that an instance of it has ended.
    stored.progress.due = latest;
    stored.progress.attempt = 1;
    stored.progress.moment = around.now + std::chrono::seconds{1};
    return {};
  }
  out.records.push_back(stretch_of(task, RunState::skipped, due, latest));
  const auto next = course.schedule->next(latest);
  if (!next) return next.error();
  schedule_for(stored, course.zone, *next, random);
  if (!*next) out.stored.reset();
  return {};
}

Result<bool> Begin::has_instance(Instant due) const
{
  if (interruptions_of(task) == 0 || task.task.max_instances == 1) return false;
  return around.was_added(instance_id(task.task.id, us_of(due)), due);
}

// This due time has an instance of its own, so that the task is free for the next one.
Status Begin::leave_to_instance(const Course& course, Instant due)
{
  out.stored->progress.instances.push_back(instance_id(task.task.id, us_of(due)));
  const auto next = course.schedule->next(due);
  if (!next) return next.error();
  schedule_for(*out.stored, course.zone, *next, random);
  if (!*next) out.stored.reset();
  return {};
}

Status Begin::recurring_due(const Course& course, Instant due)
{
  out.stored = settled(task);
  drop_ended_instances(*out.stored);
  const auto has_begun = has_instance(due);
  if (!has_begun) return has_begun.error();
  if (*has_begun) return leave_to_instance(course, due);
  const auto first = without_missed(course, due);
  if (!first) return first.error();
  if (!*first || **first > around.now) {
    schedule_for(*out.stored, course.zone, *first, random);
    if (!*first) out.stored.reset();
    return {};
  }
  const auto running = out.stored->progress.instances.size();
  if (running >= static_cast<std::size_t>(task.task.max_instances)) return full(course, **first);
  const bool chosen = is_chosen(task) && **first == due;
  const bool coalesces = task.task.coalesce && !chosen;
  const auto next = coalesces ? latest_since(course, **first) : Result{**first};
  if (!next) return next.error();
  return run_for(course, *next);
}

Status Begin::run_for(const Course& course, Instant due)
{
  const bool by_instance = task.task.max_instances > 1;
  const bool must_be_known =
      by_instance || task.task.delivery == Delivery::at_most_once || !out.records.empty();
  if (must_be_known && due != task.progress.due) {
    choose(course, due);
    return {};
  }
  if (by_instance) {
    out.instance = instance_of(task, due, around.now);
    return leave_to_instance(course, due);
  }
  start(due, 1);
  return {};
}

// Should this be interrupted, whoever comes next sees the stored due time only. Where that time has
// been recorded as missed, or the one to run must not be run again, the store is to know it first;
// the task is due at once.
void Begin::choose(const Course& course, Instant due)
{
  schedule_for(*out.stored, course.zone, due, random);
  out.stored->progress.moment = due - tick;
}

// The due time under the zone's present rules, should they have changed since it was computed.
Result<Instant> under_present_rules(const StoredTask& task, const Course& course, Instant due)
{
  if (course.zone.rules_hash() == task.progress.zone_rules) return due;
  const auto last = course.schedule->last(due);
  if (!last) return last.error();
  if (*last == due) return due;
  const auto next = course.schedule->next(due);
  if (!next) return next.error();
  if (!*next) return last->value_or(due);
  if (!*last) return **next;
  return due - **last < **next - due ? **last : **next;
}

// The next due time has come before the retry: the run has failed for good. What follows from that
// is settled first, and the task is due at once for the other. Where it has hooks that the retry is
// dropped is settled before them: whoever comes after a worker that died with them runs them again.
void Begin::drop_retry(const Course& course, Instant next)
{
  out.stored = settled(task);
  auto last = last_run_of(task);
  const bool has_hooks = last && !hooks_of(task.task, *last).empty();
  if (has_hooks && !retry_is_dropped(task)) {
    out.stored->progress.cancel_fence = last->fence;
    return;
  }
  out.stored->progress.cancel_fence = 0;
  out.ended = std::move(last);
  schedule_for(*out.stored, course.zone, next, random);
}

Status Begin::due_time()
{
  const auto& progress = task.progress;
  const Instant planned = progress.due.value_or(progress.moment);
  if (!task.task.recurring()) {
    const auto grace = task.task.misfire_grace_time;
    const bool late = grace && progress.moment < saturated_sum(around.now, -*grace);
    if (!late || progress.attempt > 1) {
      start(planned, progress.attempt);
    } else {
      out.records.push_back(stretch_of(task, RunState::missed, planned, planned));
    }
    return {};
  }
  const auto course = Course::of(task.task);
  if (!course) return course.error();
  if (progress.attempt > 1) {
    const auto next = course->schedule->next(planned);
    if (!next) return next.error();
    if (*next && **next <= around.now) {
      drop_retry(*course, **next);
      return {};
    }
    start(planned, progress.attempt);
    return {};
  }
  const auto due = under_present_rules(task, *course, planned);
  if (!due) return due.error();
  return recurring_due(*course, *due);
}

}  // namespace

Result<Beginning> begin(const StoredTask& task, const Surroundings& around, const Random& random)
{
  Begin begin{task, around, random};
  if (task.progress.moment > around.now) {  // edited since it was reserved
    begin.out.stored = settled(task);
    return std::move(begin.out);
  }
  // Whether an instance was added can be seen; and a run at boot or shutdown can be done again.
  const bool by_instances = task.task.recurring() && task.task.max_instances > 1;
  const bool ran_itself = !timeless(task.task) && !by_instances && !retry_is_dropped(task);
  const auto status = [&] {
    if (ran_itself && interruptions_of(task) > 0) return begin.after_interruption();
    return timeless(task.task) ? begin.boot() : begin.due_time();
  }();
  if (!status) return status.error();
  return std::move(begin.out);
}

}  // namespace asyncz
