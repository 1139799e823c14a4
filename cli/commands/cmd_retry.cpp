// SPDX-License-Identifier: MIT
// asyncz retry: what has failed, once more. Manual: man/asyncz-retry.1.
#include "cli/commands.hpp"
#include "cli/runs/resolve.hpp"
#include "cli/runs/run_now.hpp"
#include "cli/tasks/selection.hpp"
#include "cli/views/json.hpp"
#include "vault/kept_task.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr std::size_t words_without_limit = static_cast<std::size_t>(-1);

// The last that the history says of a task that left the store without ever running.
Result<Run> last_record(Vault& vault, std::string_view text)
{
  const auto task = resolve_task(vault, text);
  if (!task) return task.error();
  std::optional<Run> last;
  const auto visited = vault.runs(task->id, {}, [&](Result<Run> run) {
    if (run) last = *std::move(run);
    return !last;
  });
  if (!visited) return visited.error();
  if (last && !last->task_record.empty()) return *std::move(last);
  return Error{ErrorKind::not_found, fmt::format("task {} has not run yet", task->id), {}};
}

Result<Run> run_named(Vault& vault, std::string_view text)
{
  auto named = resolve_run(vault, text);
  if (!named && named.error().kind == ErrorKind::not_found) {
    auto record = last_record(vault, text);
    return record ? std::move(record) : Result<Run>{named.error()};
  }
  if (!named) return named.error();
  if (named->ended) return *std::move(named->ended);
  return Error{ErrorKind::conflict, fmt::format("run {} goes on", named->id()),
               fmt::format("asyncz logs -f {} follows it", named->id())};
}

class Retry final : public Command {
 public:
  void declare(Options& options) override
  {
    options.words("RUN", runs_, 0, words_without_limit, "Runs, or tasks for their latest run",
                  WordKind::run);
    options.value("-Q,--queue", queue_, "QUEUE", "What failed last in this queue", WordKind::queue);
    options.values("--tag", tags_, "TAG",
                   "What failed last of the tasks that have this tag; several: all of them");
    options.choice("--state", state_, {"failed", "timed-out", "cancelled", "missed", "lost"},
                   "What ended so");
    options.flag("--all", all_, "Every task whose latest run did not succeed");
    options.flag("--yes", yes_, "Do not ask");
  }

  Result<ExitStatus> run(Context& context) override
  {
    const bool by_condition = all_ || queue_ || !tags_.empty() || state_;
    if (runs_.empty() && !by_condition) {
      return Error{ErrorKind::usage, "no run is named",
                   "name runs or tasks, or select them by --queue, --tag, --state or --all"};
    }
    if (!runs_.empty() && by_condition) {
      return Error{ErrorKind::usage, "names and conditions exclude each other", ""};
    }
    auto open = context.open(Access::read);
    if (!open) return open.error();
    ExitStatus status = 0;
    const auto runs =
        by_condition ? matching(context, *open) : named(context, *open->vault, status);
    if (!runs) return runs.error();
    JsonArray array{context};
    for (const auto& each : *runs) {
      const auto id = retry_run(*open, each, context.clock().now());
      if (!id) {
        context.error(id.error());
        status = static_cast<ExitStatus>(id.error().kind);
      } else if (context.globals().json) {
        array.add(ValueMap{{"id", *id}});
      } else {
        context.out(*id + "\n");
      }
    }
    if (context.globals().json) array.end();
    return status;
  }

 private:
  Result<std::vector<Run>> named(Context& context, Vault& vault, ExitStatus& status) const
  {
    std::vector<Run> found;
    for (const auto& text : runs_) {
      auto run = run_named(vault, text);
      if (run) {
        found.push_back(*std::move(run));
      } else {
        context.error(run.error());
        status = static_cast<ExitStatus>(run.error().kind);
      }
    }
    return found;
  }

  // Of each task only what it came to last.
  Result<std::vector<Run>> matching(Context& context, OpenStore& open) const
  {
    const bool may_ask = ::isatty(STDIN_FILENO) == 1 && context.stderr_is_terminal();
    if (!yes_ && !may_ask) {
      return Error{ErrorKind::usage, "retry by condition needs --yes",
                   "asyncz history --state failed shows what has failed"};
    }
    std::set<std::string> seen;
    std::vector<Run> found;
    const auto visited = open.vault->runs({}, {}, [&](Result<Run> run) {
      if (run && seen.insert(run->task).second && matches(*open.vault, *run)) {
        found.push_back(*std::move(run));
      }
      return true;
    });
    if (!visited) return visited.error();
    const auto question =
        fmt::format("retry {} task{}?", found.size(), found.size() == 1 ? "" : "s");
    if (!yes_ && !found.empty() && !confirmed(context, question)) found.clear();
    return found;
  }

  bool matches(Vault& vault, const Run& run) const
  {
    if (!is_failure(run.state)) return false;
    if (state_ && run_state_text(run.state) != *state_) return false;
    if (queue_ && run.queue != *queue_) return false;
    const auto stored = vault.get(run.task);
    const auto task = stored ? stored : task_kept_by(run, Instant{});
    return task && has_tags(task->task, tags_);
  }

  std::vector<std::string> runs_;
  std::optional<std::string> queue_;
  std::vector<std::string> tags_;
  std::optional<std::string> state_;
  bool all_ = false;
  bool yes_ = false;
};

}  // namespace

std::unique_ptr<Command> make_retry() { return std::make_unique<Retry>(); }

}  // namespace asyncz::cli
