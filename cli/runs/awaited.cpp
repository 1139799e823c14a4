// SPDX-License-Identifier: MIT
#include "cli/runs/awaited.hpp"

#include "base/task_id.hpp"
#include "cli/runs/cancellation.hpp"
#include "cli/views/run_view.hpp"

#include <algorithm>
#include <utility>

namespace asyncz::cli {
namespace {

bool is_gone(const Error& error) { return error.kind == ErrorKind::not_found; }

// Whether `id` is an instance of this task.
bool is_instance_of(std::string_view id, std::string_view task)
{
  return parent_of_instance(id) == task;
}

}  // namespace

Result<Awaited> Awaited::named(Vault& vault, std::string_view text)
{
  const auto id = vault.resolve(text);
  if (!id && !is_gone(id.error())) return id.error();
  if (id) {
    auto awaited = task(vault, *id);
    const bool has_just_ended = !awaited && is_gone(awaited.error());
    if (!has_just_ended) return awaited;
  }
  auto run = resolve_run(vault, text);
  if (!run) return run.error();
  Awaited awaited;
  awaited.history_ = run->task;
  if (run->ended) {
    awaited.end(std::move(run->ended));
    return awaited;
  }
  awaited.id_ = run->task;
  awaited.until_ = Until::these_runs;
  awaited.fences_ = {run->fence};
  if (const auto stored = vault.get(run->task)) awaited.queue_ = stored->task.queue;
  return awaited;
}

Result<Awaited> Awaited::task(Vault& vault, const std::string& id)
{
  const auto stored = vault.get(id);
  if (!stored) return stored.error();
  Awaited awaited;
  awaited.id_ = id;
  awaited.history_ = parent_of_instance(id).value_or(id);
  awaited.queue_ = stored->task.queue;
  awaited.settled_ = stored->progress.settled_fence;
  if (!stored->task.recurring()) return awaited;

  const auto runs = runs_under_way(vault, *stored);
  if (!runs) return runs.error();
  awaited.until_ = runs->empty() ? Until::next_run : Until::these_runs;
  for (const RunUnderWay& run : *runs) awaited.fences_.push_back(run.fence);
  if (!runs->empty()) return awaited;
  // Instances have fences of their own, above those of their task.
  const auto newest = awaited.newest(vault);
  if (!newest) return newest.error();
  if (*newest) awaited.settled_ = (*newest)->fence;
  return awaited;
}

Awaited Awaited::added(const StoredTask& task)
{
  Awaited awaited;
  awaited.id_ = awaited.history_ = task.task.id;
  awaited.queue_ = task.task.queue;
  awaited.settled_ = task.fence;
  if (task.task.recurring()) awaited.until_ = Until::next_run;
  return awaited;
}

bool Awaited::concerned_by(const Changes& changes) const
{
  if (ended_) return false;
  return changes.unknown || std::ranges::any_of(changes.ids, [this](const std::string& id) {
           return id == id_ || is_instance_of(id, id_);
         });
}

Status Awaited::look(Vault& vault)
{
  if (ended_) return {};
  switch (until_) {
    case Until::gone:
      return look_whether_gone(vault);
    case Until::next_run:
      return look_for_next(vault);
    case Until::these_runs:
      return look_for_these(vault);
  }
  return {};
}

Status Awaited::look_whether_gone(Vault& vault)
{
  const auto stored = vault.get(id_);
  if (stored) return {};
  if (!is_gone(stored.error())) return stored.error();
  auto run = newest(vault);
  if (!run) return run.error();
  end(std::move(*run));
  return {};
}

Status Awaited::look_for_next(Vault& vault)
{
  // In this order: what has gone has left its run in the history before.
  const auto stored = vault.get(id_);
  if (!stored && !is_gone(stored.error())) return stored.error();
  auto run = newest(vault);
  if (!run) return run.error();
  if (*run || !stored) end(std::move(*run));
  return {};
}

Status Awaited::look_for_these(Vault& vault)
{
  const auto stored = vault.get(id_);
  if (!stored && !is_gone(stored.error())) return stored.error();
  auto open = fences_;
  if (stored) {
    const auto runs = runs_under_way(vault, *stored);
    if (!runs) return runs.error();
    for (const RunUnderWay& run : *runs) {
      if (std::ranges::find(fences_, run.fence) != fences_.end()) return {};
    }
  }
  std::optional<Run> found;
  const auto visited = vault.runs(history_, {}, [&](Result<Run> run) {
    if (!run || run->stretch || std::erase(open, run->fence) == 0) return true;
    const bool tells_more = !found || found->state == RunState::succeeded;
    if (tells_more) found = std::move(*run);
    return !open.empty();
  });
  if (!visited) return visited;
  end(open.empty() ? std::move(found) : std::nullopt);
  return {};
}

Result<std::optional<Run>> Awaited::newest(Vault& vault) const
{
  std::optional<Run> newest;
  const auto visited = vault.runs(history_, {}, [&](Result<Run> run) {
    const bool counts = run && run->fence > (newest ? newest->fence : settled_);
    // An instance's runs are those of its due time.
    if (counts && (id_ == history_ || instance_id(history_, us_of(run->scheduled)) == id_)) {
      newest = std::move(*run);
    }
    return true;
  });
  if (!visited) return visited.error();
  return newest;
}

void Awaited::end(std::optional<Run> run)
{
  ended_ = true;
  run_ = std::move(run);
}

ExitStatus exit_status_of(const std::vector<Awaited>& awaited)
{
  for (const Awaited& each : awaited) {
    const ExitStatus status = each.run() ? exit_status_of(*each.run()) : 125;
    if (status != 0) return status;
  }
  return 0;
}

}  // namespace asyncz::cli
