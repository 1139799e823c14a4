// SPDX-License-Identifier: MIT
#include "cli/runs/resolve.hpp"

#include "base/number.hpp"
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/runs/cancellation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr std::size_t shortest_prefix = 4;

Error nothing_called(std::string_view text)
{
  return {ErrorKind::not_found, fmt::format("there is no task or run '{}'", text),
          "`asyncz list` and `asyncz history` show what there is"};
}

Error several_called(std::string_view text, const std::set<std::string>& ids)
{
  constexpr std::size_t most_named = 5;
  std::vector<std::string> some;
  for (const auto& id : ids) {
    if (some.size() < most_named) some.push_back(id);
  }
  return {ErrorKind::not_found,
          fmt::format("'{}' begins several ids: {}{}", text, joined(some, ", "),
                      ids.size() > most_named ? ", …" : ""),
          "write more of it"};
}

// `LEFT separator NUMBER`.
struct Numbered {
  std::string_view left;
  std::uint64_t number = 0;
};

std::optional<Numbered> split_number(std::string_view text, char separator)
{
  const auto at = text.rfind(separator);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const auto number = parse_number<std::uint64_t>(text.substr(at + 1));
  return number ? std::optional{Numbered{text.substr(0, at), *number}} : std::nullopt;
}

// Ids in the history that are `text`, or begin with it.
Result<NamedTask> task_of_history(Vault& vault, std::string_view text)
{
  std::set<std::string> begun;
  const auto status = vault.runs({}, {}, [&](const Result<Run>& run) {
    if (run && run->task.starts_with(text)) begun.insert(run->task);
    return !begun.contains(std::string{text});
  });
  if (!status) return status.error();
  if (begun.contains(std::string{text})) return NamedTask{std::string{text}, false};
  if (begun.empty() || text.size() < shortest_prefix) return nothing_called(text);
  if (begun.size() > 1) return several_called(text, begun);
  return NamedTask{*begun.begin(), false};
}

// The latest run of this task, or of an instance of it, that goes on.
Result<std::optional<RunUnderWay>> latest_under_way(Vault& vault, const std::string& id)
{
  const auto stored = vault.get(id);
  if (!stored && stored.error().kind == ErrorKind::not_found) return std::optional<RunUnderWay>{};
  if (!stored) return stored.error();
  const auto runs = runs_under_way(vault, *stored);
  if (!runs) return runs.error();
  const auto latest = std::ranges::max_element(*runs, {}, &RunUnderWay::fence);
  return latest == runs->end() ? std::nullopt : std::optional{*latest};
}

// The run that goes on with this fence. Instances are looked for in the whole store: they outlive a
// task that is removed.
Result<std::optional<NamedRun>> find_under_way(Vault& vault, std::string_view task,
                                               std::uint64_t fence)
{
  std::optional<NamedRun> found;
  const auto look_at = [&](std::string_view id, const Result<StoredTask>& stored) {
    const bool is_it = stored && stored->fence == fence && stored->reserved_or_interrupted() &&
                       parent_of_instance(id).value_or(id) == task;
    if (is_it) found = {std::string{task}, fence, std::nullopt, std::string{id}};
    return !found;
  };
  if (!look_at(task, vault.get(task))) return found;
  const auto status = vault.each(look_at);
  if (!status) return status.error();
  return found;
}

// The run of this task with this fence, or nothing if there is none.
Result<std::optional<NamedRun>> find_run(Vault& vault, std::string_view task, std::uint64_t fence)
{
  std::optional<NamedRun> found;
  const auto status = vault.runs(task, {}, [&](Result<Run> run) {
    if (run && run->fence == fence && !run->stretch)
      found = {run->task, fence, *std::move(run), {}};
    return !found;
  });
  if (!status) return status.error();
  return found ? found : find_under_way(vault, task, fence);
}

// The latest run of an instance that has left the store: those of its task for its due time.
Result<std::optional<NamedRun>> run_of_instance(Vault& vault, std::string_view task,
                                                std::string_view instance)
{
  std::optional<NamedRun> found;
  const auto status = vault.runs(task, {}, [&](Result<Run> run) {
    if (run && !run->stretch && instance_id(task, us_of(run->scheduled)) == instance) {
      found = {run->task, run->fence, *std::move(run), {}};
    }
    return !found;
  });
  if (!status) return status.error();
  return found;
}

// The `back`-th run before the latest, 0 being the latest itself.
Result<NamedRun> latest_run(Vault& vault, const std::string& task, std::uint64_t back)
{
  const auto running = latest_under_way(vault, task);
  if (!running) return running.error();
  if (*running && back == 0) return NamedRun{task, (*running)->fence, std::nullopt, (*running)->id};
  std::uint64_t left = *running ? back - 1 : back;
  std::optional<Run> found;
  const auto status = vault.runs(task, {}, [&](Result<Run> run) {
    const bool counts = run && !run->stretch && (!*running || run->fence != (*running)->fence);
    if (counts && left-- == 0) found = *std::move(run);
    return !found;
  });
  if (!status) return status.error();
  if (found) return NamedRun{task, found->fence, std::move(found), {}};
  return Error{ErrorKind::not_found,
               back == 0 ? fmt::format("task {} has not run yet", task)
                         : fmt::format("task {} has no run ~{}", task, back),
               ""};
}

}  // namespace

Result<NamedTask> resolve_task(Vault& vault, std::string_view text)
{
  const auto id = vault.resolve(text);
  if (id) return NamedTask{*id, true};
  if (id.error().kind != ErrorKind::not_found) return id.error();
  const auto remembered = task_of_history(vault, text);
  if (remembered || remembered.error().kind != ErrorKind::not_found) return remembered;
  return id.error();
}

Result<std::optional<NamedRun>> resolve_run_alone(Vault& vault, std::string_view text)
{
  const auto stored = vault.resolve(text);
  if (stored && *stored == text) return std::optional<NamedRun>{};
  if (const auto run = split_number(text, '.')) {
    auto found = find_run(vault, run->left, run->number);
    if (!found || *found) return found;
  }
  if (const auto task = parent_of_instance(text)) return run_of_instance(vault, *task, text);
  const auto back = split_number(text, '~');
  if (!back) return std::optional<NamedRun>{};
  const auto task = resolve_task(vault, back->left);
  if (!task) return task.error();
  auto run = latest_run(vault, task->id, back->number);
  if (!run) return run.error();
  return std::optional{*std::move(run)};
}

Result<NamedRun> resolve_run(Vault& vault, std::string_view text)
{
  auto run = resolve_run_alone(vault, text);
  if (!run) return run.error();
  if (*run) return **std::move(run);
  const auto task = resolve_task(vault, text);
  if (!task) return task.error();
  return latest_run(vault, task->id, 0);
}

}  // namespace asyncz::cli
