// SPDX-License-Identifier: MIT
#include "cli/views/store_status.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/task_view.hpp"
#include "cli/views/worker_view.hpp"
#include "cli/views/zones.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr std::size_t shown_failures = 5;
constexpr std::size_t searched_runs = 1000;
constexpr int label_width = 10;

std::int64_t sum_of(const StateCounts& states)
{
  std::int64_t sum = 0;
  for (const auto& [state, count] : states) sum += count;
  return sum;
}

void keep_earlier(std::optional<TaskAt>& first, const Task& task, Instant at)
{
  if (first && first->at <= at) return;
  first = TaskAt{task.id, task.name, task.queue, task.timezone, at};
}

void count(StoreStatus& into, const StoredTask& stored, const TaskStatus& status, Instant now)
{
  ++into.states[status.state];
  auto& queue = into.queues[stored.task.queue];
  ++queue.states[status.state];
  if (!status.next_run_time) return;
  const bool overdue = *status.next_run_time <= now;
  if (overdue) queue.oldest_due = std::min(queue.oldest_due.value_or(never), *status.next_run_time);
  keep_earlier(overdue ? into.oldest_due : into.next, stored.task, *status.next_run_time);
}

bool went_wrong(const Run& run)
{
  return run.state == RunState::failed || run.state == RunState::timed_out ||
         run.state == RunState::lost;
}

Status read_failures(Vault& vault, std::vector<Run>& failures)
{
  std::size_t searched = 0;
  return vault.runs(std::nullopt, std::nullopt, [&](Result<Run> run) {
    if (run && went_wrong(*run)) failures.push_back(std::move(*run));
    return ++searched < searched_runs && failures.size() < shown_failures;
  });
}

ValueMap states_value(const StateCounts& states)
{
  ValueMap map;
  for (const auto& [state, count] : states) map.emplace_back(task_state_text(state), count);
  return map;
}

Value pause_value(const std::optional<QueuePause>& pause)
{
  if (!pause) return {};
  ValueMap map{{"by", pause->by}};
  add_time(map, "since", pause->since, Zone{});
  return map;
}

Value task_at_value(const std::optional<TaskAt>& task, Zones& zones)
{
  if (!task) return {};
  ValueMap map{{"id", task->id}, {"name", task->name}, {"queue", task->queue}};
  add_time(map, "next_run_time", task->at, zones.named(task->timezone));
  return map;
}

std::string states_text(const Context& context, const StateCounts& states)
{
  std::string text;
  for (const auto& [state, count] : states) {
    const auto words = fmt::format("{} {}", count, task_state_text(state));
    text += (text.empty() ? "" : ", ") + toned(context, tone_of(state), words);
  }
  return text.empty() ? "no tasks" : text;
}

std::string failure_text(const Run& run, Instant now)
{
  auto text = fmt::format("{}: {}", run.id(), run_state_text(run.state));
  if (run.exit_status || run.signal) text += ", exit status " + exit_text(run);
  if (!run.reason.empty()) text += ", " + run.reason;
  return text + ", " + distance_text(run.end.value_or(run.scheduled), now);
}

// Labelled lines.
class Lines {
 public:
  void add(std::string_view label, std::string_view text)
  {
    text_ += fmt::format("{:<{}}{}\n", label, label_width, text);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::int64_t StoreStatus::tasks() const { return sum_of(states); }

Result<StoreStatus> read_status(OpenStore& open, Instant now, const SeeTask& see)
{
  auto status = read_present_status(open, now, see);
  if (!status) return status;
  if (const auto read = read_failures(*open.vault, status->failures); !read) return read.error();
  return status;
}

Result<StoreStatus> read_present_status(OpenStore& open, Instant now, const SeeTask& see)
{
  StoreStatus status;
  status.store = open.url;
  const auto visited = open.vault->each([&](std::string_view id, Result<StoredTask> task) {
    if (task && parent_of_instance(id)) return true;
    if (task) {
      const auto state = status_of(*open.vault, *task, now);
      count(status, *task, state, now);
      if (see) see(*task, state);
    } else {
      ++status.states[TaskState::unreadable];
    }
    return true;
  });
  if (!visited) return visited.error();
  const auto pauses = open.vault->paused_queues();
  if (!pauses) return pauses.error();
  for (const QueuePause& pause : *pauses) status.queues[pause.queue].pause = pause;
  auto workers = open.vault->workers();
  if (!workers) return workers.error();
  status.workers = std::move(*workers);
  std::ranges::sort(status.workers, {}, &WorkerInfo::name);
  return status;
}

Value status_value(const StoreStatus& status)
{
  Zones zones;
  ValueMap queues;
  for (const auto& [name, queue] : status.queues) {
    queues.emplace_back(name, ValueMap{{"tasks", sum_of(queue.states)},
                                       {"states", states_value(queue.states)},
                                       {"paused", pause_value(queue.pause)}});
  }
  ValueList workers;
  for (const WorkerInfo& worker : status.workers) workers.emplace_back(worker_value(worker));
  ValueList failures;
  for (const Run& run : status.failures) failures.emplace_back(run_value(run, Zone{}));
  ValueMap document{{"store", status.store},
                    {"tasks", status.tasks()},
                    {"states", states_value(status.states)},
                    {"queues", std::move(queues)},
                    {"oldest_due", task_at_value(status.oldest_due, zones)},
                    {"next", task_at_value(status.next, zones)}};
  document.emplace_back("workers", std::move(workers));
  document.emplace_back("failures", std::move(failures));
  return document;
}

std::string status_text(const Context& context, const StoreStatus& status, Instant now)
{
  Lines lines;
  lines.add("store", printable(status.store));
  const auto total = status.tasks();
  lines.add("tasks", total == 0
                         ? "none"
                         : fmt::format("{}: {}", total, states_text(context, status.states)));
  for (const auto& [name, queue] : status.queues) {
    auto text = fmt::format("{}: {}", printable(name), states_text(context, queue.states));
    if (queue.pause) {
      text += fmt::format("; paused by {}, {}", printable(queue.pause->by),
                          distance_text(queue.pause->since, now));
    }
    lines.add("queue", text);
  }
  const auto task_line = [&](std::string_view label, const std::optional<TaskAt>& task) {
    if (!task) return;
    lines.add(label, fmt::format("{} ({}), {}", printable(task->id), printable(task->name),
                                 distance_text(task->at, now)));
  };
  task_line("overdue", status.oldest_due);
  task_line("next", status.next);
  if (status.workers.empty()) lines.add("worker", toned(context, Tone::quiet, "none"));
  for (const WorkerInfo& worker : status.workers) {
    const auto text = fmt::format("{}: {}", printable(worker.name), load_text(worker));
    lines.add("worker", worker.trouble ? toned(context, Tone::bad, text) : text);
  }
  for (const Run& run : status.failures) {
    lines.add("failure", toned(context, Tone::bad, printable(failure_text(run, now))));
  }
  return lines.take();
}

}  // namespace asyncz::cli
