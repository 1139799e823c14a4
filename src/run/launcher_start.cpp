// SPDX-License-Identifier: MIT
// From a reservation to its child.
#include "run/launcher.hpp"

#include <utility>

namespace asyncz {
namespace {

bool needs_store(const StoredTask& stored)
{
  return stored.task.recurring() &&
         (stored.task.max_instances > 1 || !stored.progress.instances.empty());
}

}  // namespace

void Launcher::receive(Reserved reserved)
{
  auto job = std::make_shared<Job>();
  job->reserved = std::move(reserved);
  ++open_;
  const auto& before = job->reserved.ended_before;
  const auto& stored = job->reserved.stored;
  const bool lost_for_good = stored.task.delivery == Delivery::at_most_once;
  if (before && (before->state != RunState::lost || lost_for_good)) {
    job->run = *before;
    job->outcome = Job::Outcome::ended;
    job->recorded = true;
    job->begun.stored = stored;
    return parts_.record(std::move(job));
  }
  if (needs_store(stored)) return parts_.settler.put(Begin{std::move(job)});
  launch(job);
}

void Launcher::launch(const JobPtr& job)
{
  auto begun = begin_now(job->reserved.stored);
  if (!begun) {
    // Its schedule or zone is not known here: nobody's fault, and not to be lost.
    parts_.log.say(Severity::error, {}, job->id() + ": " + begun.error().what);
    parts_.vault.store().ignore(std::move(job->reserved.reservation));
    --open_;
    return;
  }
  job->begun = *std::move(begun);
  if (!job->begun.start) return parts_.record(job);
  if (!job->begun.records.empty()) return parts_.recorder.put(Before{job});
  waiting_.push_back(job);
  start_waiting();
}

// In the foreground it is run whatever its schedule says.
Result<Beginning> Launcher::begin_now(const StoredTask& stored)
{
  const auto now = parts_.clock.now();
  if (parts_.options.only.empty()) return begin(stored, {now, parts_.host.boot, {}}, random_);
  Beginning begun;
  begun.start = {stored.progress.due.value_or(now), stored.progress.attempt};
  begun.stored = stored;
  return begun;
}

// Gives it what is made anew for each run.
Status Launcher::equip(Job& job, ChildSpec& spec, UniqueFd& input)
{
  const auto& task = job.task();
  if (!task.stdin_data.empty()) {
    auto file = memory_file(task.stdin_data);
    if (!file) return file.error();
    input = *std::move(file);
  }
  if (task.output == OutputMode::capture) {
    auto log = logs_.make(job.run.id());
    if (!log) return log.error();
    job.log = *std::move(log);
  }
  spec.stdin_fd = input.get();
  spec.output_fd = job.log.get();
  if (!parts_.options.only.empty()) {
    auto tee = Tee::open(job.log.get());
    if (!tee) return tee.error();
    job.tee = *std::move(tee);
    spec.output_fd = job.tee->output();
    spec.error_fd = job.tee->error();
  }
  spec.lock_fd = job.reserved.reservation.lock.get();
  spec.die_with_parent = spec.lock_fd < 0;
  return {};
}

void Launcher::spawn(const JobPtr& job)
{
  const auto& stored = job->reserved.stored;
  auto& run = job->run;
  run = run_of(stored, *job->begun.start);
  if (const auto at = replaced_at(stored, run.scheduled, parts_.clock.now()))
    job->replaced_at = *at;
  job->slot = {job->id(), job->task().queue};
  running_.emplace(job->slot.id, job);
  ++running_in_queue_[job->slot.queue];

  auto spec = child_spec(job->task(), {run.id(), run.fence, *job->begun.start}, parts_.host);
  UniqueFd input;
  const auto equipped = spec ? equip(*job, *spec, input) : Status{};
  run.start = parts_.clock.now();
  if (!spec) return fail_to_start(job, 125, spec.error().what);
  if (!equipped) return hold_back(job, equipped.error().what);
  run_child(job, *spec);
}

void Launcher::run_child(const JobPtr& job, const ChildSpec& spec)
{
  parts_.spawning = true;
  auto started = parts_.spawner.spawn(spec);
  if (auto* child = std::get_if<Child>(&started)) {
    job->late_failure = std::move(child->late_failure);
    if (job->tee) job->tee->started();
    ++parts_.children;
    if (parts_.options.metrics != nullptr) parts_.options.metrics->started(job->run);
    parts_.keep(job);
    parts_.loop.put(Started{job, child->pid});
  }
  parts_.spawning = false;
  const auto* failure = std::get_if<SpawnFailure>(&started);
  if (failure != nullptr && failure->scarce) return hold_back(job, failure->reason);
  starve_no_more();
  if (failure != nullptr) fail_to_start(job, failure->exit_status, failure->reason);
}

void Launcher::fail_to_start(const JobPtr& job, int exit_status, std::string reason)
{
  auto& run = job->run;
  run.state = RunState::failed;
  run.exit_status = exit_status;
  run.reason = std::move(reason);
  run.end = parts_.clock.now();
  job->outcome = Job::Outcome::ended;
  parts_.log.say(Severity::warning, run.id(), "failed: " + run.reason);
  free_slot(*job);
  parts_.record(job);
}

// It is not its fault, and nothing of it has begun: it is tried again. In the foreground nobody
// would wait for that.
void Launcher::hold_back(const JobPtr& job, std::string reason)
{
  if (!parts_.options.only.empty()) return fail_to_start(job, 125, std::move(reason));
  starve(job, reason);
  free_slot(*job);
  job->held_back = true;
  put_back(job);
}

void Launcher::put_back(const JobPtr& job)
{
  job->outcome = Job::Outcome::put_back;
  job->run = run_of(job->reserved.stored, *job->begun.start);
  parts_.record(job);
}

}  // namespace asyncz
