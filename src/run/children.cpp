// SPDX-License-Identifier: MIT
#include "run/children.hpp"

#include "base/text.hpp"
#include "run/hook_child.hpp"
#include "run/process_group.hpp"
#include "run/run_log.hpp"
#include "run/run_log_files.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <utility>

namespace asyncz {
namespace {

using namespace std::chrono_literals;

constexpr auto trim_interval = 1s;

Duration of_timeval(const timeval& time)
{
  return std::chrono::seconds{time.tv_sec} + Duration{time.tv_usec};
}

std::optional<SpawnFailure> late_failure_of(const Job& job)
{
  return job.late_failure ? job.late_failure() : std::nullopt;
}

bool succeeded(const Task& task, const Run& run)
{
  const auto& good = task.success_exit_codes;
  return run.exit_status && std::find(good.begin(), good.end(), *run.exit_status) != good.end();
}

std::string end_text(const Run& run)
{
  std::string text{run_state_text(run.state)};
  if (run.exit_status && *run.exit_status != 0) {
    text += ", exit status " + std::to_string(*run.exit_status);
  }
  if (run.signal) text += ", " + signal_name(*run.signal);
  if (!run.reason.empty()) text += ": " + run.reason;
  return text;
}

}  // namespace

Children::Children(Parts& parts) : parts_{parts}, trim_due_{Steady::now()} {}

void Children::add(JobPtr job, int pid)
{
  Child child;
  child.job = std::move(job);
  child.hook = !child.job->hooks.empty();
  const auto& task = child.job->task();
  const auto timeout = child.hook ? parts_.options.hook_time : task.timeout;
  if (timeout) child.timeout = from_now(*timeout);
  if (child.job->replaced_at && !child.hook) {
    child.replaced = from_now(*child.job->replaced_at - parts_.clock.now());
  }
  child.grace = child.hook ? hook_grace : task.kill_grace;
  const auto what = child.hook ? child.job->hooks.front().name + " started" : "started";
  parts_.log.say(Severity::detail, child.job->run.id(), what);
  if (children_.empty()) trim_due_ = Steady::now() + trim_interval;
  children_.emplace(pid, std::move(child));
  if (const auto early = early_.find(pid); early != early_.end()) {
    ended(pid, early->second);
    early_.erase(early);
  }
}

void Children::reap()
{
  for (;;) {
    Exit exit;
    const int pid = ::wait4(-1, &exit.status, WNOHANG, &exit.usage);
    if (pid <= 0) break;
    if (children_.contains(pid)) {
      ended(pid, exit);
    } else {
      early_.insert_or_assign(pid, exit);
    }
  }
}

void Children::ended(int pid, const Exit& exit)
{
  const auto found = children_.find(pid);
  auto child = std::move(found->second);
  children_.erase(found);
  // Who was asked to end has taken the others of its group with it, or they are made to go.
  if (child.ending || child.stopping) ::kill(-pid, SIGKILL);
  if (child.hook) return hook_ended(child, exit);
  if (child.job->tee) child.job->tee->finish();
  complete(child, exit);
  if (parts_.options.show_output) show_output(child, true);
  const auto& run = child.job->run;
  const bool good = run.state == RunState::succeeded;
  parts_.log.say(good ? Severity::detail : Severity::warning, run.id(), end_text(run));
  parts_.launcher.put(Freed{child.job});
  if (parts_.options.metrics != nullptr) parts_.options.metrics->ended();
  --parts_.children;
  parts_.record(std::move(child.job));
}

void Children::hook_ended(Child& child, const Exit& exit)
{
  auto& job = *child.job;
  const bool outlasted = child.ending == RunState::timed_out;
  auto how =
      end_of_hook(exit.status, outlasted ? std::optional{parts_.options.hook_time} : std::nullopt);
  if (auto failure = late_failure_of(job)) how = std::move(failure->reason);
  if (child.stopping) {
    job.abandoned = true;
  } else if (how) {
    job.hook_failures.push_back(hook_failure(job.hooks.front(), *how, job.hook_output.get()));
  }
  parts_.launcher.put(HookEnded{std::move(child.job)});
  --parts_.children;
}

void Children::complete(Child& child, const Exit& exit)
{
  auto& run = child.job->run;
  run.end = parts_.clock.now();
  if (WIFEXITED(exit.status)) run.exit_status = WEXITSTATUS(exit.status);
  if (WIFSIGNALED(exit.status)) run.signal = WTERMSIG(exit.status);
  run.cpu = of_timeval(exit.usage.ru_utime) + of_timeval(exit.usage.ru_stime);
  run.max_memory = std::int64_t{exit.usage.ru_maxrss} * 1024;
  run.state = succeeded(child.job->task(), run) ? RunState::succeeded : RunState::failed;
  run.reason = std::move(child.reason);
  if (auto failure = late_failure_of(*child.job)) {
    run.state = RunState::failed;
    run.exit_status = failure->exit_status;
    run.reason = std::move(failure->reason);
  }
  child.job->outcome = Job::Outcome::ended;
  if (child.ending) {
    run.state = *child.ending;
  } else if (child.stopping && run.state != RunState::succeeded) {
    run.state = RunState::lost;
    child.job->outcome = Job::Outcome::put_back;
  }
}

void Children::end(const Job& job, RunState state, const std::string& reason)
{
  for (auto& [pid, child] : children_) {
    if (child.job.get() != &job || child.ending) continue;
    if (state == RunState::lost) {
      lose(pid, child, reason);
      continue;
    }
    child.ending = state;
    child.reason = reason;
    ask_to_end(pid, child);
  }
}

void Children::cancel_all(const std::string& reason)
{
  for (auto& [pid, child] : children_) {
    if (child.ending || child.stopping) continue;
    child.ending = RunState::cancelled;
    child.reason = reason;
    ask_to_end(pid, child);
  }
}

void Children::end_all()
{
  for (auto& [pid, child] : children_) {
    if (child.ending || child.stopping) continue;
    child.stopping = true;
    child.reason = "ended because its worker was told to stop";
    ask_to_end(pid, child);
  }
}

// It is run again, here or elsewhere, unless it has succeeded before it ends.
void Children::lose(int pid, Child& child, const std::string& reason)
{
  child.lost = true;
  if (!child.ending && !child.stopping) {
    child.stopping = true;
    child.reason = reason;
  }
  ask_to_end(pid, child);
}

// Until the child has to be gone: a little before somebody else may run its task.
Duration Children::time_left(const Job& job) const
{
  return std::max(Duration{0}, job.lease_end.load() - parts_.options.lease / 10 - since_boot());
}

// When a child is asked to end, since its lease was not prolonged in time.
Steady::time_point Children::lease_warning(const Job& job) const
{
  const auto left = job.lease_end.load() - parts_.options.lease / 3 - since_boot();
  return Steady::now() + left;
}

void Children::ask_to_end(int pid, Child& child)
{
  child.timeout.reset();
  child.replaced.reset();
  const auto grace = child.grace;
  child.kill = from_now(child.job->leased ? std::min(grace, time_left(*child.job)) : grace);
  signal_group(pid, SIGTERM);
  signal_group(pid, SIGCONT);
}

void Children::tick(Steady::time_point now)
{
  const bool trim = !children_.empty() && now >= trim_due_;
  if (trim) trim_due_ = now + trim_interval;
  for (auto& [pid, child] : children_) {
    if (trim && child.job->log) trim_log(child.job->log.get(), child.job->task().output_limit);
    if (trim && parts_.options.show_output) show_output(child, false);
    if (child.timeout && now >= *child.timeout) {
      const auto limit = child.hook ? parts_.options.hook_time : *child.job->task().timeout;
      end(*child.job, RunState::timed_out, "longer than " + duration_text(limit));
    }
    if (child.job->leased && !child.lost && now >= lease_warning(*child.job)) {
      lose(pid, child, "its reservation could not be prolonged");
    }
    if (child.replaced && now >= *child.replaced) {
      end(*child.job, RunState::cancelled, "its next due time has come");
    }
    if (child.kill && now >= *child.kill) {
      child.kill.reset();
      signal_group(pid, SIGKILL);
    }
  }
}

std::optional<Steady::time_point> Children::next_tick() const
{
  std::optional<Steady::time_point> next;
  const auto consider = [&](Steady::time_point time) {
    next = std::min(next.value_or(time), time);
  };
  for (const auto& [pid, child] : children_) {
    if (child.job->log) consider(trim_due_);
    if (child.timeout) consider(*child.timeout);
    if (child.replaced) consider(*child.replaced);
    if (child.kill) consider(*child.kill);
    if (child.job->leased && !child.lost) consider(lease_warning(*child.job));
  }
  return next;
}

std::vector<std::string> Children::runs() const
{
  std::vector<std::string> runs;
  for (const auto& [pid, child] : children_) {
    if (!child.hook) runs.push_back(child.job->run.id());
  }
  return runs;
}

// Whole lines, and at the end what is left.
void Children::show_output(Child& child, bool all)
{
  if (!child.job->log || child.hook) return;
  const int log = child.job->log.get();
  const auto size = size_of_log(log);
  if (child.shown > size) child.shown = 0;  // the run has cut it short
  while (child.shown < size) {
    const auto piece = read_piece(log, child.shown, size);
    if (!piece) return;
    const auto& text = piece->text;
    auto end = text.rfind('\n') + 1;
    if (piece->end == size ? all : end == 0) end = text.size();
    if (end == 0 && !text.empty()) return;
    if (end > 0) parts_.log.output(child.job->run.id(), std::string_view{text}.substr(0, end));
    child.shown = piece->end - static_cast<std::int64_t>(text.size() - end);
  }
}

}  // namespace asyncz
