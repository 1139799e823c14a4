// SPDX-License-Identifier: MIT
#include "run/hooks.hpp"

#include "run/hook_child.hpp"

#include <utility>

namespace asyncz {

void Hooks::ended(JobPtr job)
{
  --running_;
  go_on(std::move(job));
}

void Hooks::start_waiting()
{
  while (!waiting_.empty() && running_ < parts_.slots) {
    auto job = std::move(waiting_.front());
    waiting_.pop_front();
    if (start(job)) {
      ++running_;
    } else {
      go_on(std::move(job));
    }
  }
}

// On to the next hook of this job, or back to the recorder.
void Hooks::go_on(JobPtr job)
{
  job->hooks.pop_front();
  if (!job->hooks.empty() && !job->abandoned) return waiting_.push_front(std::move(job));
  job->hooks_over = true;
  parts_.record(std::move(job));
}

bool Hooks::start(const JobPtr& job)
{
  // The worker is to end now: whoever comes next finds the run in the history, and these hooks.
  if (parts_.hurried) {
    job->abandoned = true;
    return false;
  }
  UniqueFd input;
  const auto spec = prepare(*job, input);
  const auto failed = [&](std::string_view how) {
    job->hook_failures.push_back(hook_failure(job->hooks.front(), how, -1));
    return false;
  };
  if (!spec) return failed(spec.error().what);
  parts_.spawning = true;
  auto started = spawn_hook(parts_.spawner, *spec);
  if (auto* child = std::get_if<Child>(&started)) {
    job->late_failure = std::move(child->late_failure);
    ++parts_.children;
    parts_.keep(job);
    parts_.loop.put(Started{job, child->pid});
  }
  parts_.spawning = false;
  const auto* failure = std::get_if<SpawnFailure>(&started);
  return failure == nullptr || failed(failure->reason);
}

Result<ChildSpec> Hooks::prepare(Job& job, UniqueFd& input)
{
  const auto& task = job.task();
  auto spec = hook_spec(task, job.run, job.hooks.front(), parts_.host);
  if (!spec) return spec;
  auto printed = hook_input(parts_.vault, parts_.log_folder, task, job.run);
  if (!printed) return printed.error();
  input = *std::move(printed);
  auto output = hook_output();
  if (!output) return output.error();
  job.hook_output = *std::move(output);
  spec->stdin_fd = input.get();
  spec->output_fd = job.hook_output.get();
  spec->lock_fd = job.reserved.reservation.lock.get();
  spec->die_with_parent = spec->lock_fd < 0;
  return spec;
}

}  // namespace asyncz
