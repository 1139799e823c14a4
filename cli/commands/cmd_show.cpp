// SPDX-License-Identifier: MIT
// asyncz show: everything about one task.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/runs/cancellation.hpp"
#include "cli/runs/resolve.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/task_view.hpp"
#include "cli/views/zones.hpp"
#include "schedule/explain.hpp"
#include "task/fields.hpp"
#include "vault/kept_task.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr int shown_times = 5;
constexpr std::size_t shown_runs = 5;

constexpr std::size_t label_width = 20;

// A value as a person reads it.
std::string plain_text(const Value& value)
{
  if (const auto* text = value.get<std::string>()) return *text;
  return json_text(value);
}

class Show final : public Command {
 public:
  void declare(Options& options) override
  {
    options.words("RUN|ID", words_, 1, 1, "The task, by id or its beginning, or the run",
                  WordKind::run);
    options.flag("--reveal", reveal_, "Print environment values and standard input, too");
  }

  Result<ExitStatus> run(Context& context) override
  {
    Result<OpenStore> open = context.open(Access::read);
    if (!open) return open.error();
    const auto run = resolve_run_alone(*open->vault, words_.front());
    if (!run) return run.error();
    if (*run) return show_run(context, *open->vault, **run);
    const Result<NamedTask> named = resolve_task(*open->vault, words_.front());
    if (!named) return named.error();
    if (!named->stored) return show_gone(context, *open, named->id);

    const Result<StoredTask> task = open->vault->get(named->id);
    const bool has_just_ended = !task && task.error().kind == ErrorKind::not_found;
    if (has_just_ended) return show_gone(context, *open, named->id);
    if (!task) {
      if (context.globals().json) print_json(context, unreadable_document(named->id, task.error()));
      return task.error();
    }
    show(context, *open, *task);
    return 0;
  }

 private:
  void show(Context& context, OpenStore& open, const StoredTask& stored)
  {
    const Instant now = context.clock().now();
    const Zone& zone = zones_.named(stored.task.timezone);
    const TaskStatus status = status_of(*open.vault, stored, now);
    if (context.globals().json) {
      const auto last = last_run_of(*open.vault, stored);
      print_json(context, task_document(stored, status, last, zone, now, reveal_));
      return;
    }
    show_head(context, stored, status, now);
    show_under_way(context, open, stored);
    show_instances(context, status, zone, now);
    show_fields(context, stored, now);
    show_times(context, stored, status, now);
    const auto runs = last_runs(context, open, stored.task.id);
    runs ? show_runs(context, *runs, zone) : context.warn(runs.error().what);
  }

  static void line(Context& context, std::string_view label, std::string_view text)
  {
    context.out(fmt::format("{:<{}}{}\n", label, label_width, printable(text)));
  }

  void show_head(Context& context, const StoredTask& stored, const TaskStatus& status, Instant now)
  {
    const Task& task = stored.task;
    const Zone& zone = zones_.named(task.timezone);
    line(context, "id", task.id);
    context.out(fmt::format("{:<{}}{}\n", "state", label_width,
                            toned(context, tone_of(status.state), task_state_text(status.state))));
    line(context, "command", command_text(task));
    line(context, "schedule", trigger_text(task.trigger, zone));
    line(context, "", describe(task.trigger, zone, task.id));
    line(context, "created", time_text(stored.progress.created, zone));
    line(context, "revision", fmt::format("{}", stored.revision));
    if (stored.progress.paused_since) {
      line(context, "paused by",
           fmt::format("{}, {}", stored.progress.paused_by,
                       distance_text(*stored.progress.paused_since, now)));
    }
  }

  static void show_under_way(Context& context, OpenStore& open, const StoredTask& stored)
  {
    const auto runs = runs_under_way(*open.vault, stored);
    const auto workers = open.vault->workers();
    if (!runs || !workers) return;
    for (const RunUnderWay& run : *runs) {
      const auto* const worker = worker_of(run, *workers);
      const auto where = worker == nullptr
                             ? std::string{}
                             : fmt::format(", on worker {} ({})", worker->name, worker->host);
      line(context, "under way", run.run_id() + where);
    }
  }

  // Those that do not run yet; of the others `under way` tells.
  static void show_instances(Context& context, const TaskStatus& status, const Zone& zone,
                             Instant now)
  {
    for (const InstanceStatus& instance : status.instances) {
      if (instance.state == TaskState::running) continue;
      auto text = fmt::format("{}, {}", instance.id, task_state_text(instance.state));
      if (instance.next_run_time) {
        text += fmt::format(" {} ({})", time_text(*instance.next_run_time, zone),
                            distance_text(*instance.next_run_time, now));
      }
      line(context, "instance", text);
    }
  }

  // Those that differ from a new task's, so that what matters is not lost among defaults.
  void show_fields(Context& context, const StoredTask& stored, Instant now)
  {
    constexpr std::array<std::string_view, 4> in_head{"id", "command", "trigger", "paused"};
    const FieldContext fields{now, zones_.named(stored.task.timezone)};
    const Value shown = task_value(stored.task, fields, reveal_);
    const Task fresh;
    for (const Field& field : task_fields()) {
      const Value value = field.get(stored.task, fields);
      if (std::ranges::find(in_head, field.name) != in_head.end()) continue;
      const bool always = field.name == "name" || field.name == "queue" || field.name == "timezone";
      if (!always && value == field.get(fresh, fields)) continue;
      const Value* visible = shown.find(field.name);
      line(context, field.name, plain_text(visible != nullptr ? *visible : value));
    }
  }

  void show_times(Context& context, const StoredTask& stored, const TaskStatus& status, Instant now)
  {
    if (!status.next_run_time) return;
    const Task& task = stored.task;
    const Zone& zone = zones_.named(task.timezone);
    const auto schedule = compile(task.trigger, zone, task.id);
    std::optional<Instant> next = status.next_run_time;
    for (int i = 0; next && i < shown_times; ++i) {
      line(context, i == 0 ? "next runs" : "",
           fmt::format("{}  {}", time_text(*next, zone), distance_text(*next, now)));
      if (!schedule || !task.recurring()) return;
      const auto after = (*schedule)->next(std::max(*next, now));
      if (!after) return;
      next = *after;
    }
  }

  // The latest runs; what cannot be read is told and passed over.
  static Result<std::vector<Run>> last_runs(Context& context, OpenStore& open,
                                            const std::string& id)
  {
    std::vector<Run> runs;
    const Status visited = open.vault->runs(id, std::nullopt, [&](Result<Run> run) {
      if (run) {
        runs.push_back(*std::move(run));
      } else {
        context.warn(run.error().what);
      }
      return runs.size() < shown_runs;
    });
    return visited ? Result{std::move(runs)} : visited.error();
  }

  static void show_runs(Context& context, const std::vector<Run>& runs, const Zone& zone)
  {
    for (const Run& run : runs) {
      line(context, &run == &runs.front() ? "last runs" : "",
           fmt::format("{}  {}  {}  {}", run.id(), run_state_text(run.state),
                       time_text(run.scheduled, zone), exit_text(run)));
    }
  }

  Result<ExitStatus> show_run(Context& context, Vault& vault, const NamedRun& named)
  {
    const auto stored = vault.get(named.task);
    const Zone& zone = zones_.named(stored ? stored->task.timezone : local_zone_name());
    if (context.globals().json) {
      print_json(context, named.ended ? run_value(*named.ended, zone)
                                      : ValueMap{{"id", named.id()},
                                                 {"task", named.task},
                                                 {"state", run_state_text(RunState::running)}});
      return 0;
    }
    line(context, "id", named.id());
    line(context, "task", named.task);
    if (!named.ended) {
      line(context, "state", run_state_text(RunState::running));
      return 0;
    }
    const Run& run = *named.ended;
    line(context, "state", run_state_text(run.state));
    if (!run.reason.empty()) line(context, "reason", run.reason);
    line(context, "exit status", exit_text(run));
    line(context, "due", time_text(run.scheduled, zone));
    if (run.start) line(context, "start", time_text(*run.start, zone));
    if (run.end) line(context, "end", time_text(*run.end, zone));
    line(context, "attempt", fmt::format("{}", run.attempt));
    line(context, "worker", fmt::format("{} ({})", run.worker, run.host));
    line(context, "processor time", duration_text(run.cpu));
    line(context, "memory", fmt::format("{} KiB", run.max_memory / 1024));
    std::string_view output = run.output;
    if (output.ends_with('\n')) output.remove_suffix(1);
    if (!output.empty()) {
      for (const auto each : split(output, '\n')) line(context, "output", each);
    }
    return 0;
  }

  // What the history knows of a task that has left the store.
  Result<ExitStatus> show_gone(Context& context, OpenStore& open, const std::string& id)
  {
    const auto runs = last_runs(context, open, id);
    if (!runs) return runs.error();
    if (runs->empty()) return Error{ErrorKind::corrupt, "its runs cannot be read", ""}.in(id);
    const Run& last = runs->front();
    const Instant now = context.clock().now();
    const auto kept = task_kept_by(last, now);
    const Zone& zone = zones_.named(kept ? kept->task.timezone : local_zone_name());
    if (context.globals().json) {
      auto document = gone_document(last, zone, now, reveal_);
      ValueList list;
      for (const Run& run : *runs) list.emplace_back(run_value(run, zone));
      document.emplace_back("runs", std::move(list));
      print_json(context, document);
      return 0;
    }
    line(context, "id", id);
    line(context, "state", "has left the store");
    if (kept) line(context, "command", command_text(kept->task));
    line(context, "name", last.name);
    line(context, "queue", last.queue);
    show_runs(context, *runs, zone);
    return 0;
  }

  std::vector<std::string> words_;
  bool reveal_ = false;
  Zones zones_;
};

}  // namespace

std::unique_ptr<Command> make_show() { return std::make_unique<Show>(); }

}  // namespace asyncz::cli
