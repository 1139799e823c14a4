// SPDX-License-Identifier: MIT
// What follows from a run that has ended.
#include "task/lifecycle.hpp"
#include "task/lifecycle_parts.hpp"

#include <algorithm>

namespace asyncz {
namespace {

LastRun summary_of(const Run& run)
{
  return {run.fence, run.state, run.scheduled,   run.attempt,
          run.start, run.end,   run.exit_status, run.signal};
}

bool may_retry(const StoredTask& task, const Run& run)
{
  const bool failed = run.state == RunState::failed || run.state == RunState::timed_out;
  // Whoever cancels a run wants no other, also where it failed by itself meanwhile.
  const bool cancelled = task.progress.cancel_fence == run.fence;
  return failed && !cancelled && run.attempt <= task.task.retries;
}

void retry_at(StoredTask& task, const Run& run, Instant moment)
{
  task.progress.attempt = run.attempt + 1;
  task.progress.moment = moment;
  if (!timeless(task.task)) task.progress.due = run.scheduled;
}

// The times after `run` that passed while it lasted: skipped, or (overlap queue, replace) the
// latest of them is due now and those before it are skipped.
Result<std::optional<Instant>> after_overlap(const StoredTask& task, const Course& course,
                                             Instant next, Instant now, Ending& out)
{
  const auto latest = course.schedule->last(now - tick);
  if (!latest) return latest.error();
  const Instant last = std::max(latest->value_or(next), next);
  if (task.task.overlap == Overlap::skip) {
    out.records.push_back(stretch_of(task, RunState::skipped, next, last));
    return course.schedule->next(last);
  }
  if (last != next) {
    const auto before = course.schedule->last(last - tick);
    if (!before) return before.error();
    out.records.push_back(
        stretch_of(task, RunState::skipped, next, std::max(before->value_or(next), next)));
  }
  return std::optional{last};
}

// The next due time of a recurring task, or of a one-shot that was given a new time meanwhile.
Status go_on(const StoredTask& task, const Run& run, Instant now, const Random& random, Ending& out)
{
  auto& stored = *out.stored;
  const auto course = Course::of(task.task);
  if (!course) return course.error();
  const bool replanned = task.progress.due && *task.progress.due > run.scheduled;
  auto next = replanned ? Result{task.progress.due} : course->schedule->next(run.scheduled);
  if (!next) return next.error();

  if (may_retry(task, run) && !replanned) {
    const Instant moment = now + retry_delay(task.task, run.attempt + 1, random);
    if (!*next || moment < **next) {
      retry_at(stored, run, moment);
      return {};
    }
  }
  out.final = true;
  const Instant began = run.start.value_or(now);
  if (*next && **next > began && **next < now && task.task.recurring()) {
    next = after_overlap(task, *course, **next, now, out);
    if (!next) return next.error();
  }
  if (!*next) {
    out.stored.reset();
    return {};
  }
  if (replanned && *next == task.progress.due) {
    stored.progress.attempt = 1;  // its moment was planned with it
  } else {
    schedule_for(stored, course->zone, *next, random);
  }
  return {};
}

void rest(StoredTask& stored)
{
  stored.progress.moment = never;
  stored.progress.due.reset();
  stored.progress.attempt = 1;
}

// Tasks without times, and one-shots that nobody gave another time.
void finish_simple(const StoredTask& task, const Run& run, Instant now, const Random& random,
                   Ending& out)
{
  auto& stored = *out.stored;
  if (may_retry(task, run)) {
    retry_at(stored, run, now + retry_delay(task.task, run.attempt + 1, random));
    if (task.task.paused) stored.progress.moment = never;
    return;
  }
  out.final = true;
  if (!task.task.recurring()) {
    out.stored.reset();
    return;
  }
  rest(stored);
  if (!task.task.paused) stored.progress.moment = Instant{};
}

}  // namespace

Result<Ending> finish(const StoredTask& task, const Run& run, Instant now, const Random& random)
{
  Ending out;
  if (task.progress.remove_after_run) {
    out.final = true;
    return out;
  }
  out.stored = task;
  auto& progress = out.stored->progress;
  progress.settled_fence = task.fence;
  progress.cancel_fence = 0;
  progress.last_run = summary_of(run);

  const bool new_time = task.progress.due && *task.progress.due > run.scheduled;
  if (timeless(task.task) || (!task.task.recurring() && !new_time)) {
    finish_simple(task, run, now, random, out);
    return out;
  }
  if (task.task.paused) {
    out.final = true;
    rest(*out.stored);
    return out;
  }
  if (auto status = go_on(task, run, now, random, out); !status) return status.error();
  return out;
}

Result<Ending> put_back(const StoredTask& task, const Run& run, Instant now, const Random& random)
{
  const bool edited = task.progress.due && *task.progress.due > run.scheduled;
  const bool again = !task.progress.remove_after_run && !task.task.paused && !edited &&
                     (!run.start || task.task.delivery == Delivery::at_least_once);
  if (!again) return finish(task, run, now, random);
  Ending out;
  out.stored = task;
  auto& progress = out.stored->progress;
  progress.settled_fence = task.fence;
  progress.cancel_fence = 0;
  if (run.start) progress.last_run = summary_of(run);
  return out;
}

}  // namespace asyncz
