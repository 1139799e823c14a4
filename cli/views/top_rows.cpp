// SPDX-License-Identifier: MIT
#include "cli/views/top_rows.hpp"

#include "cli/views/run_view.hpp"
#include "cli/views/task_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace asyncz::cli {
namespace {

// Nobody scrolls further; of more tasks only so many are kept while the store is read.
constexpr std::size_t most_rows = 1000;

// The picture is made anew each second.
constexpr std::size_t most_runs = 1000;

int place_of(TaskState state)
{
  switch (state) {
    case TaskState::running:
      return 0;
    case TaskState::due:
      return 1;
    case TaskState::retrying:
      return 2;
    case TaskState::scheduled:
      return 4;
    case TaskState::waiting:
      return 5;
    case TaskState::paused:
    case TaskState::unreadable:
      break;
  }
  return 6;
}

constexpr int place_of_failures = 3;

bool comes_before(const TopRow& a, const TopRow& b)
{
  return std::tie(a.place, a.when, a.task) < std::tie(b.place, b.when, b.task);
}

Tone tone_of_end(RunState state) { return state == RunState::succeeded ? Tone::quiet : Tone::bad; }

Cell last_cell(const std::optional<LastRun>& last, Instant now)
{
  if (!last) return "-";
  return {fmt::format("{} {}", run_state_text(last->state),
                      distance_text(last->end.value_or(last->scheduled), now)),
          tone_of_end(last->state)};
}

TopRow row_of(const StoredTask& stored, const TaskStatus& status,
              const std::optional<LastRun>& last, Instant now)
{
  TopRow row;
  row.task = stored.task.id;
  row.place = place_of(status.state);
  row.when = status.next_run_time.value_or(never);
  const auto when = status.next_run_time ? distance_text(*status.next_run_time, now) : "-";
  row.cells = {stored.task.id,
               {task_state_text(status.state), tone_of(status.state)},
               when,
               stored.task.queue,
               last_cell(last, now),
               command_text(stored.task)};
  return row;
}

TopRow row_of(const Run& run, Instant now)
{
  TopRow row;
  row.task = run.task;
  row.run = run.id();
  row.place = place_of_failures;
  const auto end = run.end.value_or(run.scheduled);
  row.when = end;
  const auto how = run.exit_status || run.signal ? "exit " + exit_text(run) : run.reason;
  row.cells = {run.id(),  {run_state_text(run.state), Tone::bad}, distance_text(end, now),
               run.queue, {how.empty() ? "-" : how, Tone::bad},   run.name};
  return row;
}

void drop_last(std::vector<TopRow>& rows)
{
  const auto kept = rows.begin() + most_rows;
  std::nth_element(rows.begin(), kept, rows.end(), comes_before);
  rows.erase(kept, rows.end());
}

// Those that run come with the worker that has them.
void name_workers(std::vector<TopRow>& rows, const std::vector<WorkerInfo>& workers)
{
  std::map<std::string_view, std::string_view> worker_of;
  for (const WorkerInfo& worker : workers) {
    for (const std::string_view run : worker.running) {
      worker_of.emplace(run.substr(0, run.rfind('.')), worker.name);
    }
  }
  for (TopRow& row : rows) {
    if (row.place != place_of(TaskState::running)) break;
    const auto found = worker_of.find(row.task);
    row.cells[2] = found == worker_of.end() ? "now" : fmt::format("on {}", found->second);
  }
}

}  // namespace

Result<TopPicture> read_top(OpenStore& open, Instant now)
{
  TopPicture picture;
  auto& rows = picture.rows;
  std::set<std::string> stored;
  LastRuns last_runs{*open.vault, most_runs};
  auto status = read_status(open, now, [&](const StoredTask& task, const TaskStatus& state) {
    rows.push_back(row_of(task, state, last_runs.of(task), now));
    if (rows.size() == most_rows * 2) drop_last(rows);
  });
  if (!status) return status.error();
  picture.status = *std::move(status);
  for (const TopRow& row : rows) stored.insert(row.task);
  for (const Run& run : picture.status.failures) {
    if (!stored.contains(run.task)) rows.push_back(row_of(run, now));
  }
  std::ranges::sort(rows, comes_before);
  if (rows.size() > most_rows) rows.resize(most_rows);
  name_workers(rows, picture.status.workers);
  return picture;
}

std::vector<std::string_view> top_headers()
{
  return {"TASK", "STATE", "WHEN", "QUEUE", "LAST", "COMMAND"};
}

}  // namespace asyncz::cli
