// SPDX-License-Identifier: MIT
#include "run/recorder.hpp"

#include "run/run_log.hpp"
#include "run/wait.hpp"
#include "vault/kept_task.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asyncz {
namespace {

constexpr auto pause_after_error = std::chrono::seconds{1};

// The task that the outcome is computed from: as it was begun, or as somebody edited it meanwhile.
// For what has not run it is still to be run at this boot.
StoredTask base_of(const Job& job)
{
  const bool ran = job.outcome == Job::Outcome::ended || job.run.start.has_value();
  auto base = job.begun.stored && !job.edited ? *job.begun.stored : job.reserved.stored;
  const auto& seen = ran && job.begun.stored ? *job.begun.stored : job.reserved.stored;
  base.progress.boots = seen.progress.boots;
  return base;
}

}  // namespace

Recorder::Recorder(Parts& parts) : parts_{parts}, random_{make_random()} {}

void Recorder::run()
{
  const auto handle = Overloaded{
      [&](JobPtr& job) { open_.push_back(std::move(job)); },
      [&](Before& before) { before_.push_back(std::move(before.job)); },
      [&](GiveUp&) {},
      [&](Close&) { ++closes_; },
  };
  while (closes_ < 2) {
    for (auto& letter : parts_.recorder.take()) std::visit(handle, letter);
    record_open();
    const bool done = open_.empty() || parts_.giving_up;
    if (closes_ == 1 && done && !std::exchange(passed_on_, true)) {
      parts_.settler.put(Close{});
    }
    if (closes_ >= 2) return;
    std::optional<Steady::time_point> again;
    if (!open_.empty() || !before_.empty()) again = Steady::now() + pause_after_error;
    wait_for(std::array{parts_.recorder.fd()}, again);
  }
}

void Recorder::record_open()
{
  while (!before_.empty() && record_before(*before_.front())) {
    parts_.launcher.put(Ready{std::move(before_.front())});
    before_.pop_front();
  }
  while (!open_.empty() && record(*open_.front())) {
    pass_on(std::move(open_.front()));
    open_.pop_front();
  }
}

// The run may end this process as soon as it begins, and then nobody would know of these any more.
bool Recorder::record_before(Job& job)
{
  auto& records = job.begun.records;
  while (!records.empty()) {
    if (!append(records.front())) return false;
    records.erase(records.begin());
  }
  return true;
}

// To its hooks, where it is time for them, and to the settler when they are over: a worker that is
// killed in between leaves a reservation that was never settled, and a successor that finds the run
// in the history runs them again.
void Recorder::pass_on(JobPtr job)
{
  if (job->final && !job->hooks_over && !job->lost) {
    const auto hooks = hooks_of(job->task(), job->run);
    job->hooks.assign(hooks.begin(), hooks.end());
    if (!job->hooks.empty()) return parts_.launcher.put(RunHooks{std::move(job)});
  }
  const bool hooked = std::exchange(job->hooked, false);
  parts_.settler.put(Settle{std::move(job)});
  if (!hooked) return;
  --parts_.hooked;
  parts_.loop.put(HooksOver{});
}

bool Recorder::record(Job& job)
{
  std::vector<Run> records;
  if (job.hooks_over && !note_hook_failures(job)) return false;
  if (job.hooks_over && !job.edited) return true;
  if (!job.recorded && job.log) job.run.output = log_tail(job.log.get());
  if (auto status = decide(job, records); !status) {
    parts_.log.say(Severity::error, job.run.id(), status.error().what);
    job.settled = job.reserved.stored;  // as it was; it will be tried again
    job.settled->progress.settled_fence = job.reserved.stored.fence;
  }
  if (job.recorded) return true;
  keep_task(job);
  for (const auto& run : job.begun.records) {
    if (!append(run)) return false;
  }
  if (job.run.start && !append_result(job)) return false;
  for (const auto& run : records) {
    if (!append(run)) return false;
  }
  job.recorded = true;
  return true;
}

// A one-shot that leaves the store without success stays in the history.
void Recorder::keep_task(Job& job)
{
  const auto& stored = job.reserved.stored;
  if (job.settled) return;
  if (job.outcome != Job::Outcome::began) {
    if (is_kept(stored, job.run.state)) job.run.task_record = kept_task(stored.task);
  } else if (auto& records = job.begun.records; !records.empty()) {
    auto& last = job.begun.ended ? records.front() : records.back();
    if (is_kept(stored, last.state)) last.task_record = kept_task(stored.task);
    if (job.begun.ended) job.run.task_record = last.task_record;
  }
}

bool Recorder::note_hook_failures(Job& job)
{
  if (job.hook_failures.empty()) return true;
  auto run = job.run;
  for (const auto& clause : job.hook_failures) {
    add_reason(run, clause);
    parts_.log.say(Severity::warning, run.id(), clause);
  }
  if (write(run) == Appended::not_yet) return false;
  job.hook_failures.clear();
  return true;
}

// A run that ended earlier, with all that the history has of it where it still does.
Status Recorder::read_again(Run& run)
{
  return parts_.vault.runs(run.task, {}, [&](Result<Run> recorded) {
    if (!recorded || recorded->id() != run.id()) return true;
    run = *std::move(recorded);
    return false;
  });
}

Status Recorder::decide(Job& job, std::vector<Run>& records)
{
  if (job.outcome == Job::Outcome::began) {
    job.settled = job.begun.stored;
    job.final = job.begun.ended.has_value();
    if (!job.final) return {};
    job.run = *job.begun.ended;
    return job.begun.records.empty() ? read_again(job.run) : Status{};
  }
  const auto base = base_of(job);
  const auto now = parts_.clock.now();
  auto ending = job.outcome == Job::Outcome::ended ? finish(base, job.run, now, random_)
                                                   : put_back(base, job.run, now, random_);
  if (!ending) return ending.error();
  records = std::move(ending->records);
  job.settled = std::move(ending->stored);
  job.final = ending->final;
  return {};
}

// A result counts while its reservation holds; of a lost one the history says that it was lost.
bool Recorder::append_result(Job& job)
{
  const auto appended = write(job.run, job.leased ? &job.reserved.reservation : nullptr);
  if (appended == Appended::yes) count(job.run);
  if (appended != Appended::refused) return appended == Appended::yes;
  job.lost = true;
  if (parts_.options.metrics != nullptr) parts_.options.metrics->reservation_lost();
  job.run.state = RunState::lost;
  job.run.reason = "its reservation was lost before it had ended";
  return append(job.run);
}

bool Recorder::append(const Run& run)
{
  if (write(run) == Appended::not_yet) return false;
  count(run);
  return true;
}

void Recorder::count(const Run& run)
{
  if (parts_.options.metrics != nullptr) parts_.options.metrics->recorded(run);
}

Recorder::Appended Recorder::write(Run run, const Reservation* of)
{
  const bool of_another_worker = run.state == RunState::lost && !run.start;
  if (!of_another_worker && run.worker.empty()) {
    run.worker = parts_.options.name;
    run.host = parts_.host.name;
  }
  const auto status = parts_.vault.record_run(run, of);
  if (!status && of != nullptr && status.error().kind == ErrorKind::conflict) {
    return Appended::refused;
  }
  const bool later = !status && (status.error().kind == ErrorKind::unavailable ||
                                 status.error().kind == ErrorKind::denied);
  if (!status && !(later && trouble_)) {
    parts_.log.say(Severity::error, run.id(), status.error().what);
  }
  parts_.set_trouble(trouble_, later);
  return later ? Appended::not_yet : Appended::yes;
}

}  // namespace asyncz
