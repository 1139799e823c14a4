// SPDX-License-Identifier: MIT
// asyncz cancel: stops runs that are under way, on whatever worker they are.
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/runs/cancellation.hpp"
#include "cli/runs/resolve.hpp"
#include "cli/tasks/selection.hpp"
#include "cli/views/json.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

Error nothing_runs(std::string_view what)
{
  return {ErrorKind::not_found, fmt::format("nothing of {} is running", printable(what)),
          "asyncz remove takes a task away, asyncz pause keeps it from running"};
}

class Cancel final : public Command {
 public:
  void declare(Options& options) override
  {
    selection_.declare(options, "RUN|ID", "Runs, or tasks whose runs are meant", WordKind::run);
  }

  Result<ExitStatus> run(Context& context) override
  {
    const auto by_condition = selection_.by_condition();
    if (!by_condition) return by_condition.error();
    auto open = context.open(Access::read);
    if (!open) return open.error();
    ExitStatus status = 0;
    const auto report = [&](const Error& error) {
      context.error(error);
      status = static_cast<ExitStatus>(error.kind);
    };
    if (!*by_condition) {
      for (const std::string& word : selection_.words()) {
        const auto cancelled = cancel_named(context, *open, word);
        if (!cancelled) report(cancelled.error());
      }
    } else {
      const auto ids = selection_.matching(context, *open, "cancel", status, TaskState::running);
      if (!ids) return ids.error();
      for (const std::string& id : *ids) {
        const auto cancelled = cancel_task(context, *open, id);
        // What has ended since it was selected is no failure.
        if (!cancelled && cancelled.error().kind != ErrorKind::not_found) {
          report(cancelled.error());
        }
      }
    }
    if (context.globals().json) print_json(context, std::move(cancelled_));
    return status;
  }

 private:
  // A task, all of whose runs are meant, or one run.
  Status cancel_named(Context& context, OpenStore& open, const std::string& word)
  {
    const auto task = open.vault->resolve(word);
    if (task) return cancel_task(context, open, *task);
    if (task.error().kind != ErrorKind::not_found) return task.error();
    const auto named = resolve_run(*open.vault, word);
    if (!named) return named.error();
    if (named->ended) return nothing_runs(word);
    const auto stored = open.vault->get(named->stored_as);
    if (!stored) return stored.error();
    return cancel(context, open, *stored, {named->stored_as, named->fence});
  }

  Status cancel_task(Context& context, OpenStore& open, const std::string& id)
  {
    const auto stored = open.vault->get(id);
    if (!stored) return stored.error();
    const auto runs = runs_under_way(*open.vault, *stored);
    if (!runs) return runs.error();
    Status status;
    std::size_t done = 0;
    for (const RunUnderWay& run : *runs) {
      auto cancelled = cancel(context, open, *stored, run);
      if (cancelled) {
        ++done;
      } else if (cancelled.error().kind != ErrorKind::not_found) {
        status = std::move(cancelled);
      }
    }
    return status && done == 0 ? nothing_runs(id) : status;
  }

  Status cancel(Context& context, OpenStore& open, const StoredTask& task, const RunUnderWay& run)
  {
    if (const auto requested = request_cancel(*open.vault, run); !requested) return requested;
    const auto ended = end_leftovers(open, task.task, run.id, context.clock().now());
    if (!ended) return ended.error();
    for (const std::string& line : *ended) context.note(line);
    const auto history = parent_of_instance(task.task.id).value_or(task.task.id);
    cancelled_.emplace_back(ValueMap{{"id", fmt::format("{}.{}", history, run.fence)}});
    return {};
  }

  Selection selection_;
  ValueList cancelled_;
};

}  // namespace

std::unique_ptr<Command> make_cancel() { return std::make_unique<Cancel>(); }

}  // namespace asyncz::cli
