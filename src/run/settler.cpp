// SPDX-License-Identifier: MIT
#include "run/settler.hpp"

#include "run/run_log.hpp"
#include "vault/waiters.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <utility>

namespace asyncz {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_group_age = 40ms;
constexpr auto company_wait = 5ms;  // where nothing runs: the next may be about to start
constexpr std::size_t largest_group = 16;
constexpr auto pause_after_error = 1s;
constexpr auto prune_interval = 1h;

}  // namespace

Settler::Settler(Parts& parts) : parts_{parts}, random_{make_random()} {}

void Settler::run()
{
  if (parts_.vault.store().notes_expire()) note_due_ = Steady::now() + parts_.options.lease / 3;
  for (;;) {
    read_letters();
    const auto now = Steady::now();
    if (note_due_ && now >= *note_due_) announce();
    if (retry_due_ && now >= *retry_due_) recover();
    if (!retry_due_ && group_is_complete()) settle_group();
    if (closing_ && ((group_.empty() && sent_back_ == 0) || parts_.giving_up)) break;
    wait_for(std::array{parts_.settler.fd()}, next_wake());
  }
  parts_.loop.put(Closed{});
}

// --- Letters ------------------------------------------------------------------------------------

void Settler::read_letters()
{
  const auto handle = Overloaded{
      [&](Settle& settle) {
        if (settle.job->edited) --sent_back_;
        if (settle.job->abandoned) return parts_.launcher.put(Settled{1, {}});
        if (group_.empty()) group_since_ = Steady::now();
        group_grew_ = Steady::now();
        group_.push_back(std::move(settle.job));
      },
      [&](Begin& begin) { begin_with_store(begin.job); },
      [&](Running& running) {
        running_ = std::move(running.runs);
        announce();
      },
      [&](Edited& edited) { look_for_cancel(edited.job); },
      [&](NotesChanged&) { read_paused_queues(); },
      [&](Errand& errand) { errand.work(); },
      [&](Close&) { closing_ = true; },
  };
  for (auto& letter : parts_.settler.take()) std::visit(handle, letter);
}

// What begin() says of a task that has instances.
void Settler::begin_with_store(const JobPtr& job)
{
  auto& store = parts_.vault.store();
  const auto exists = [&](std::string_view id) {
    const auto found = store.lookup_task(id);
    return found || found.error().kind != ErrorKind::not_found;
  };
  const auto was_added = [&](std::string_view instance, Instant due) {
    return parts_.vault.was_added(instance, due);
  };
  const Surroundings around{parts_.clock.now(), parts_.host.boot, exists, was_added};
  auto begun = begin(job->reserved.stored, around, random_);
  if (!begun) {
    parts_.log.say(Severity::error, {}, job->id() + ": " + begun.error().what);
    parts_.launcher.put(Settled{1, {}});
    if (job->edited) --sent_back_;
    return;
  }
  job->begun = *std::move(begun);
  if (job->begun.replace_oldest) end_oldest_instance(job->reserved.stored);
  if (job->begun.start && !closing_) {
    if (job->begun.records.empty()) return parts_.launcher.put(Ready{job});
    return parts_.recorder.put(Before{job});
  }
  if (job->begun.start) {
    job->outcome = Job::Outcome::put_back;
    job->run = run_of(job->reserved.stored, *job->begun.start);
  }
  parts_.record(job);
}

// Asks whoever runs it to end it; the task that replaces it looks again soon.
void Settler::end_oldest_instance(const StoredTask& task)
{
  for (const auto& id : task.progress.instances) {
    const auto instance = parts_.vault.get(id);
    if (!instance || !instance->reserved_or_interrupted()) continue;
    if (instance->progress.cancel_fence == instance->fence) return;
    const auto asked = parts_.vault.update(id, [](StoredTask& stored) {
      stored.progress.cancel_fence = stored.fence;
      return Status{};
    });
    if (!asked) parts_.log.say(Severity::warning, {}, id + ": " + asked.error().what);
    return;
  }
}

// What follows is computed anew from the task as it was edited.
void Settler::send_back(const JobPtr& job)
{
  job->edited = true;
  ++sent_back_;
  if (job->outcome == Job::Outcome::began) {
    begin_with_store(job);
  } else {
    parts_.record(job);
  }
}

void Settler::look_for_cancel(const JobPtr& job)
{
  const auto stored = parts_.vault.get(job->id());
  if (!stored || stored->progress.cancel_fence != job->run.fence) return;
  parts_.loop.put(EndRun{job, RunState::cancelled, "cancelled"});
}

void Settler::read_paused_queues()
{
  const auto paused = parts_.vault.paused_queues();
  if (!paused) return in_trouble(paused.error());
  PausedQueues letter;
  for (const auto& pause : *paused) letter.queues.push_back(pause.queue);
  parts_.launcher.put(std::move(letter));
}

// --- Settling -----------------------------------------------------------------------------------

// A group shares its syncs, so it waits a little for those that will end soon.
Steady::time_point Settler::group_due() const
{
  const auto latest = group_since_ + longest_group_age;
  return parts_.children == 0 ? std::min(latest, group_grew_ + company_wait) : latest;
}

bool Settler::group_is_complete() const
{
  if (group_.empty()) return false;
  return closing_ || group_.size() >= largest_group || Steady::now() >= group_due();
}

void Settler::settle_group()
{
  std::deque<JobPtr> group;
  std::vector<Outcome> outcomes;
  for (auto& job : std::exchange(group_, {})) {
    if (auto prepared = prepare(*job); !prepared) {
      in_trouble(prepared.error());
      group_.push_back(std::move(job));
      continue;
    }
    seal_logs(*job);
    outcomes.push_back({&job->reserved, job->settled});
    group.push_back(std::move(job));
  }
  const auto statuses = parts_.vault.settle(outcomes);
  Settled done;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const auto& job = group[i];
    const bool fulfilled = settled(job, statuses[i]);
    if (!fulfilled) continue;
    ++done.count;
    const bool boot = job->settled && job->task().trigger.kind == TriggerKind::boot;
    const bool retries =
        boot && job->settled->progress.attempt > 1 && job->outcome != Job::Outcome::put_back;
    if (retries || (boot && job->held_back)) done.boot_retry = job->settled->progress.moment;
  }
  group_since_ = Steady::now();
  if (done.count == 0) return;
  parts_.launcher.put(done);
  if (Steady::now() >= prune_due_) prune();
}

// Whether the job is done with; if not it has been put where it goes on.
bool Settler::settled(const JobPtr& job, const Status& status)
{
  if (status) return true;
  switch (status.error().kind) {
    case ErrorKind::conflict:
      send_back(job);
      return false;
    case ErrorKind::unavailable:
    case ErrorKind::denied:
      in_trouble(status.error());
      group_.push_back(job);
      return false;
    case ErrorKind::not_found:
      parts_.log.say(Severity::warning, job->run.id(), "not settled: " + status.error().what);
      return true;
    case ErrorKind::failed:
    case ErrorKind::usage:
    case ErrorKind::corrupt:
      parts_.log.say(Severity::error, job->run.id(), status.error().what);
      return true;
  }
  return true;
}

// What has to be in the store before the settlement itself.
Status Settler::prepare(Job& job)
{
  if (auto added = add_instance(job); !added) return added;
  const auto& stored = job.reserved.stored;
  if (job.settled || stored.progress.waiters.empty()) return {};
  const bool ran = job.outcome != Job::Outcome::began;
  const bool success = ran && job.run.state == RunState::succeeded;
  return tell_waiters(parts_.vault, stored, success, parts_.clock.now(), random_);
}

Status Settler::add_instance(Job& job)
{
  auto& instance = job.begun.instance;
  if (!instance || job.outcome != Job::Outcome::began) return {};
  if (std::exchange(job.adding, true)) {
    const auto there = parts_.vault.was_added(instance->task.id, *instance->progress.due);
    if (!there) return there.error();
    if (*there) return {};
  }
  const auto status = parts_.vault.add({&*instance, 1}).front();
  const bool there = status || status.error().kind == ErrorKind::conflict;
  return there ? Status{} : status;
}

// The log of the run itself, and those of interrupted ones before it.
void Settler::seal_logs(const Job& job)
{
  const auto seal = [&](const Run& run) {
    const auto limit = job.task().output_limit;
    const auto status = end_log(parts_.vault, parts_.log_folder, run.id(), limit);
    if (status || status.error().kind == ErrorKind::not_found) return;
    parts_.log.say(Severity::warning, run.id(), status.error().what);
  };
  if (job.log) seal(job.run);
  const auto& stored = job.reserved.stored;
  const auto first = stored.progress.settled_fence + 1;
  if (stored.fence <= first) return;
  auto run = run_of(stored, {});
  while (run.fence > first && stored.fence - run.fence <= most_interruptions) {
    --run.fence;
    seal(run);
  }
}

void Settler::in_trouble(const Error& error)
{
  retry_due_ = Steady::now() + pause_after_error;
  if (!trouble_) parts_.log.say(Severity::error, {}, error.what);
  parts_.set_trouble(trouble_, true);
}

// The store may answer again, and take what is open.
void Settler::recover()
{
  retry_due_.reset();
  read_paused_queues();
  if (!retry_due_ && !group_.empty()) settle_group();
  if (!retry_due_) parts_.set_trouble(trouble_, false);
}

// --- Notes, history ---------------------------------------------------------------------

void Settler::announce()
{
  if (note_due_) note_due_ = Steady::now() + parts_.options.lease / 3;
  const auto note = note_of(parts_, running_);
  const auto status = parts_.vault.announce(note, parts_.clock.now() + parts_.options.lease);
  if (!status) parts_.log.say(Severity::warning, {}, status.error().what);
}

void Settler::prune()
{
  prune_due_ = Steady::now() + prune_interval;
  const auto& limits = parts_.options.history;
  const auto keep =
      limits.keep_bytes > 0 ? limits.keep_bytes : std::numeric_limits<std::int64_t>::max();
  const auto before = limits.keep_age > Duration{0}
                          ? saturated_sum(parts_.clock.now(), -limits.keep_age)
                          : first_instant;
  const auto runs = parts_.vault.store().prune_runs(before, keep);
  const auto logs = prune_logs(parts_.log_folder, {before, keep, limits.keep_runs});
  for (const auto* status : {&runs, &logs}) {
    if (!*status) parts_.log.say(Severity::warning, {}, status->error().what);
  }
}

std::optional<Steady::time_point> Settler::next_wake() const
{
  std::optional<Steady::time_point> wake;
  const auto consider = [&](Steady::time_point time) {
    wake = std::min(wake.value_or(time), time);
  };
  if (note_due_) consider(*note_due_);
  if (retry_due_) {
    consider(*retry_due_);
  } else if (!group_.empty()) {
    consider(group_due());
  }
  return wake;
}

}  // namespace asyncz
