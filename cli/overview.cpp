// SPDX-License-Identifier: MIT
#include "cli/overview.hpp"

#include "base/task_id.hpp"
#include "cli/json.hpp"
#include "cli/run_view.hpp"
#include "cli/task_view.hpp"
#include "time/zone.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace asyncz::cli {
namespace {

struct Counts {
  std::map<TaskState, std::int64_t> by_state;
  std::optional<Instant> next;

  [[nodiscard]] std::int64_t total() const
  {
    std::int64_t sum = 0;
    for (const auto& [state, count] : by_state) sum += count;
    return sum;
  }
};

Result<Counts> count_tasks(OpenStore& open, Instant now)
{
  Counts counts;
  const Status visited = open.vault->each([&](std::string_view id, Result<StoredTask> task) {
    if (parent_of_instance(id)) return true;
    TaskStatus status{TaskState::unreadable, {}};
    if (task) status = status_of(*open.store, *task, now);
    ++counts.by_state[status.state];
    const bool coming = status.next_run_time && *status.next_run_time > now;
    if (coming) counts.next = std::min(counts.next.value_or(never), *status.next_run_time);
    return true;
  });
  if (!visited) return visited.error();
  return counts;
}

Value document_of(const Counts& counts, const OpenStore& open)
{
  ValueMap states;
  for (const auto& [state, count] : counts.by_state) {
    states.emplace_back(task_state_text(state), count);
  }
  ValueMap document{{"store", open.url}, {"tasks", counts.total()}, {"states", std::move(states)}};
  add_time(document, "next_run_time", counts.next, Zone{});
  return document;
}

std::string_view advice(const Counts& counts, std::size_t workers)
{
  if (counts.total() == 0) {
    return "asyncz add -- COMMAND adds a task, asyncz worker runs what is due";
  }
  if (workers == 0) return "no worker is live: asyncz worker runs what is due";
  return "asyncz list shows the tasks, asyncz history what has run, asyncz help everything else";
}

}  // namespace

Result<ExitStatus> print_overview(Context& context)
{
  Result<OpenStore> open = context.open(Access::read);
  if (!open) return open.error();
  const Instant now = context.clock().now();
  const Result<Counts> counts = count_tasks(*open, now);
  if (!counts) return counts.error();
  const auto workers = open->vault->workers();
  if (!workers) return workers.error();
  if (context.globals().json) {
    print_json(context, document_of(*counts, *open));
    return 0;
  }
  context.out(fmt::format("store    {}\ntasks    {}\n", open->url, counts->total()));
  for (const auto& [state, count] : counts->by_state) {
    context.out(fmt::format("  {}: {}\n", task_state_text(state), count));
  }
  if (counts->next) context.out(fmt::format("next     {}\n", distance_text(*counts->next, now)));
  context.out(fmt::format("workers  {}\n", workers->size()));
  context.note(advice(*counts, workers->size()));
  return 0;
}

}  // namespace asyncz::cli
