// SPDX-License-Identifier: MIT
// What a task is doing now, and what it waits for.
#include "cli/runs/why.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/runs/cancellation.hpp"
#include "cli/runs/processes.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/task_view.hpp"
#include "schedule/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr std::size_t most_notes = 3;

// Gathers the reasons of one question.
class Inquiry {
 public:
  Inquiry(Vault& vault, const Question& question)
      : vault_{vault}, question_{question}, stored_{*question.stored}, task_{stored_.task}
  {
  }

  Result<Reasons> operator()()
  {
    const auto status = status_of(vault_, stored_, question_.now);
    if (const auto told = tell(status); !told) return told.error();
    if (const auto told = tell_of_instances(status); !told) return told.error();
    return std::move(reasons_);
  }

 private:
  Status tell(const TaskStatus& status)
  {
    switch (status.state == TaskState::running ? status.state : status.own) {
      case TaskState::running:
        return running();
      case TaskState::paused:
        paused();
        return {};
      case TaskState::waiting:
        waiting();
        return {};
      case TaskState::retrying:
        retrying();
        return stored_.progress.moment <= question_.now ? due() : Status{};
      case TaskState::due:
        return due();
      case TaskState::scheduled:
        return scheduled();
      case TaskState::unreadable:
        break;
    }
    return {};
  }

  void add(std::string_view code, std::string text)
  {
    reasons_.push_back({std::string{code}, std::move(text)});
  }

  [[nodiscard]] std::string at(Instant instant) const
  {
    return fmt::format("{} ({})", time_text(instant, question_.zone),
                       distance_text(instant, question_.now));
  }

  // --- While something of it runs -----------------------------------------------------------

  Status running()
  {
    const auto runs = runs_under_way(vault_, stored_);
    if (!runs) return runs.error();
    const auto workers = vault_.workers();
    if (!workers) return workers.error();
    for (const RunUnderWay& run : *runs) {
      if (const auto told = tell_of(run, *workers); !told) return told;
    }
    if (task_.recurring() && runs->size() >= static_cast<std::size_t>(task_.max_instances)) {
      add("full", fmt::format("{} of at most {} runs at a time are under way (overlap: {})",
                              runs->size(), task_.max_instances,
                              task_.overlap == Overlap::queue     ? "queue"
                              : task_.overlap == Overlap::replace ? "replace"
                                                                  : "skip"));
    }
    return {};
  }

  Status tell_of(const RunUnderWay& run, const std::vector<WorkerInfo>& workers)
  {
    const auto name = run.run_id();
    if (const auto* const worker = worker_of(run, workers)) {
      add("running", fmt::format("run {} is under way on worker {} ({}, process {})", name,
                                 worker->name, worker->host, worker->pid));
      return {};
    }
    const auto holder = vault_.store().holder(run.id, question_.now);
    if (!holder) return holder.error();
    if (!holder->held) {
      add("interrupted", fmt::format("run {} was interrupted; a worker takes it up again", name));
      return {};
    }
    if (holder->pid <= 0) {
      add("reserved", fmt::format("run {} is reserved by a worker until its lease ends", name));
      return {};
    }
    const auto process = fmt::format("process {} ({})", holder->pid, name_of_process(holder->pid));
    const auto served = is_served_here(vault_, holder->pid);
    if (!served) return served.error();
    if (*served) {
      add("running", fmt::format("run {} is under way: {}", name, process));
    } else {
      add("left-behind", fmt::format("the worker of run {} has gone, and {} holds the task until "
                                     "it ends; asyncz cancel {} ends it",
                                     name, process, shell_quoted(run.id)));
    }
    return {};
  }

  // --- Runs beside its schedule -------------------------------------------------------------

  // What was asked for by `run` or `retry`, or is tried again, and has not begun.
  Status tell_of_instances(const TaskStatus& status)
  {
    bool due = false;
    for (const InstanceStatus& instance : status.instances) {
      if (instance.state == TaskState::unreadable) {
        add("unreadable", fmt::format("its instance {} cannot be read", instance.id));
      } else if (instance.next_run_time) {
        const bool waits = *instance.next_run_time > question_.now;
        due = due || !waits;
        add("instance",
            fmt::format("beside its schedule, {} {} {}", instance.id,
                        waits ? "is due at" : "is due since", at(*instance.next_run_time)));
      }
    }
    // The task's own state has told of them where it is due or scheduled.
    const bool told = status.own == TaskState::due || status.own == TaskState::scheduled;
    if (!due || told) return {};
    const auto obstacles = add_obstacles();
    return obstacles ? Status{} : obstacles.error();
  }

  // --- While nothing of it runs -------------------------------------------------------------

  void paused()
  {
    const auto& progress = stored_.progress;
    auto text = std::string{"it is paused"};
    if (!progress.paused_by.empty()) text += " by " + progress.paused_by;
    if (progress.paused_since) text += ", since " + at(*progress.paused_since);
    add("paused", std::move(text));
  }

  void waiting()
  {
    for (const Dependency& parent : task_.after) {
      if (parent.met) continue;
      const auto other = vault_.get(parent.id);
      const auto state = other ? task_state_text(status_of(vault_, *other, question_.now).state)
                               : std::string_view{"not in the store"};
      add("dependency", fmt::format("it waits for task {} to end{}; that is {}", parent.id,
                                    parent.any_end ? "" : " with success", state));
    }
  }

  void retrying()
  {
    const auto& progress = stored_.progress;
    std::string text;
    if (const auto& last = progress.last_run) {
      text = fmt::format("attempt {} of {} {}", last->attempt, task_.retries + 1,
                         run_state_text(last->state));
      if (last->exit_status) text += fmt::format(" with exit status {}", *last->exit_status);
      text += "; ";
    }
    text += fmt::format("attempt {} is due at {}", progress.attempt, at(progress.moment));
    add("retry", std::move(text));
  }

  Status due()
  {
    const auto& progress = stored_.progress;
    add("due", "it is due since " + at(progress.moment));
    if (stored_.reserved_or_interrupted()) {
      add("interrupted", "its last run was interrupted; a worker takes it up again");
    }
    const auto obstacles = add_obstacles();
    if (!obstacles) return obstacles.error();
    if (!*obstacles) add("free", "a worker is free for it and takes it at any moment");
    return {};
  }

  Status scheduled()
  {
    const auto& progress = stored_.progress;
    const auto& trigger = task_.trigger;
    const auto words = describe(trigger, question_.zone, task_.id);
    if (trigger.kind == TriggerKind::boot || trigger.kind == TriggerKind::shutdown) {
      add(trigger.kind == TriggerKind::boot ? "boot" : "shutdown", "it runs " + words);
    } else {
      const Instant next = progress.due.value_or(progress.moment);
      add("scheduled", fmt::format("it is due at {}: {}", at(next), words));
      if (next <= question_.now && !progress.instances.empty()) {
        add("full", fmt::format("{} of at most {} runs at a time are under way",
                                progress.instances.size(), task_.max_instances));
      } else if (progress.moment > next && progress.moment != never) {
        add("jitter", fmt::format("jitter moves it by {}", duration_text(progress.moment - next)));
      }
      for (auto& note :
           dst_notes(trigger, question_.zone, task_.id, question_.now, next, most_notes)) {
        add("clock-change", std::move(note));
      }
      if (const auto told = last_time(); !told) return told;
    }
    const auto obstacles = add_obstacles();
    return obstacles ? Status{} : obstacles.error();
  }

  // When it could last have run, and what became of that.
  Status last_time()
  {
    if (!task_.recurring()) return {};
    const auto schedule = compile(task_.trigger, question_.zone, task_.id);
    if (!schedule) return schedule.error();
    const auto last = (*schedule)->last(question_.now);
    if (!last) return last.error();
    const bool past = *last && **last >= stored_.progress.created &&
                      stored_.progress.due.value_or(never) > **last;
    if (!past) return {};
    auto told = reasons_at(vault_, question_, **last);
    if (!told) return told.error();
    add("last", "its last due time was " + at(**last));
    std::ranges::move(*told, std::back_inserter(reasons_));
    return {};
  }

  Result<bool> add_obstacles()
  {
    auto obstacles = obstacles_of(vault_, task_.queue, question_.now);
    if (!obstacles) return obstacles.error();
    const bool any = !obstacles->empty();
    std::ranges::move(*obstacles, std::back_inserter(reasons_));
    return any;
  }

  Vault& vault_;
  const Question& question_;
  const StoredTask& stored_;
  const Task& task_;
  Reasons reasons_;
};

}  // namespace

Result<Reasons> reasons_now(Vault& vault, const Question& question)
{
  if (question.stored) return Inquiry{vault, question}();
  Reasons reasons{{"gone", "it has left the store"}};
  const auto visited = vault.runs(question.id, {}, [&](const Result<Run>& run) {
    if (!run) return true;
    reasons.push_back({"run", run_sentence(*run, question.zone)});
    return false;
  });
  if (!visited) return visited.error();
  return reasons;
}

}  // namespace asyncz::cli
