// SPDX-License-Identifier: MIT
// asyncz add: puts a task into the store, or many.
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/import/add_batch.hpp"
#include "cli/runs/waiting.hpp"
#include "cli/tasks/after_options.hpp"
#include "cli/tasks/dry_run.hpp"
#include "cli/tasks/field_options.hpp"
#include "cli/tasks/new_task.hpp"
#include "cli/tasks/schedule_options.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/task_view.hpp"
#include "schedule/explain.hpp"

#include <fmt/core.h>

#include <climits>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr int announced_times = 3;

// A relative one means the directory that `add` was called in.
Status make_absolute(Task& task)
{
  if (!task.cwd || task.cwd->empty() || task.cwd->front() == '/') return {};
  char* resolved = ::realpath(task.cwd->c_str(), nullptr);
  if (resolved == nullptr) {
    return Error{ErrorKind::usage, fmt::format("there is no directory {}", printable(*task.cwd)),
                 ""};
  }
  task.cwd = resolved;
  std::free(resolved);
  return {};
}

class Add final : public Command {
 public:
  void declare(Options& options) override
  {
    options.command_line("COMMAND [ARGUMENT…]", words_,
                         "What to run; the arguments are kept as they are, without a shell");
    options.value("--shell", shell_, "STRING", "Run this by /bin/sh", WordKind::text);
    options.value("--id", id_, "ID", "The task's id (eight random characters)", WordKind::text);
    schedule_.declare(options);
    fields_.declare(options);
    after_.declare(options);
    environment_.declare(options);
    input_.declare(options);
    options.flag("--replace", replace_, "Put it in the place of a task with the same id");
    options.flag("--wait", wait_, "Stay until it has run; pass its output and exit status on");
    options.flag("--dry-run", dry_run_, "Check everything, print the task, and add nothing");
    options.value("--batch", batch_, "FILE",
                  "Add a task for each line of JSON, - is standard input", WordKind::file);
  }

  [[nodiscard]] std::optional<ExitStatus> failure_status() const override
  {
    return wait_ ? std::optional{125} : std::nullopt;
  }

  Result<ExitStatus> run(Context& context) override
  {
    now_ = context.clock().now();
    const auto settings = context.settings();
    if (!settings) return settings.error();
    Result<Task> task = default_task(**settings, now_);
    if (!task) return task.error();
    return batch_ ? run_batch(context, std::move(*task)) : run_one(context, std::move(*task));
  }

 private:
  Result<ExitStatus> run_batch(Context& context, Task task)
  {
    if (shell_ || id_ || !words_.empty() || schedule_.given()) {
      return Error{ErrorKind::usage, "--batch takes commands, ids and schedules from its lines",
                   ""};
    }
    if (wait_) return Error{ErrorKind::usage, "--batch and --wait exclude each other", ""};
    const Status set = set_fields(task);
    if (!set) return set.error();
    const Status with = environment_.apply(task, false);
    if (!with) return with.error();
    return add_batch(context, {std::move(task), *batch_, replace_, dry_run_});
  }

  Result<ExitStatus> run_one(Context& context, Task task)
  {
    StoredTask stored;
    stored.task = std::move(task);
    if (const Status filled = fill(context, stored); !filled) return filled.error();
    warn_of_user(context, stored.task);
    if (dry_run_) return try_one(context, std::move(stored));

    Result<OpenStore> open = context.open(Access::create);
    if (!open) return open.error();
    Vault& vault = *open->vault;
    if (const Status named = resolve_parents(vault, stored.task); !named) return named.error();
    TakenIds taken{replace_, {}};
    if (!id_) taken.random.insert(stored.task.id);
    const std::vector<Status> added = store_tasks(vault, {&stored, 1}, taken, now_);
    if (!added.front()) return added.front().error();
    if (!stored.task.after.empty() && !vault.get(stored.task.id)) {
      context.warn(fmt::format("task {} is cancelled: what it was to follow has not succeeded",
                               stored.task.id));
    }
    if (wait_) {
      context.note(fmt::format("added {}", stored.task.id));
      return wait_with_output(context, *open, stored);
    }
    announce(context, stored);
    return 0;
  }

  Result<ExitStatus> try_one(Context& context, StoredTask stored)
  {
    Result<DryRun> dry_run = DryRun::of(context, replace_);
    if (!dry_run) return dry_run.error();
    if (const Status named = dry_run->resolve(stored.task); !named) return named.error();
    if (const Status added = dry_run->add(stored.task); !added) return added.error();
    return print_task(context, stored);
  }

  // Everything the options say, planned and checked.
  Status fill(Context& context, StoredTask& stored)
  {
    Task& task = stored.task;
    if (const Status done = set_command(task); !done) return done;
    if (const Status done = set_fields(task); !done) return done;
    const Result<Zone> zone = Zone::load(task.timezone);
    if (!zone) return zone.error();
    Result<GivenSchedule> schedule = schedule_.read(now_, *zone);
    if (!schedule) return schedule.error();
    for (const std::string& warning : schedule->warnings) context.warn(warning);
    task.trigger = std::move(schedule->trigger);

    const bool once = task.trigger.kind == TriggerKind::date;
    if (const Status done = make_absolute(task); !done) return done;
    if (once) {
      if (const Status done = capture_place(task); !done) return done;
    }
    if (const Status done = environment_.apply(task, once && !task.user); !done) return done;
    if (const Status done = input_.apply(task); !done) return done;
    if (const Status done = set_id(task); !done) return done;
    if (task.paused) set_paused(stored, true, now_);
    stored.progress.created = now_;
    if (const Status done = validate(task); !done) return done;
    return plan(stored, now_, system_random());
  }

  Status set_command(Task& task)
  {
    if (shell_ && !words_.empty()) {
      return Error{ErrorKind::usage, "--shell and a command exclude each other", ""};
    }
    if (!shell_ && words_.empty()) {
      return Error{ErrorKind::usage, "no command is given", "asyncz add -- COMMAND ARGUMENT…"};
    }
    task.shell = shell_.has_value();
    task.argv = shell_ ? std::vector{*shell_} : words_;
    return shell_ ? Status{} : check_words(words_);
  }

  Status set_fields(Task& task)
  {
    if (schedule_.timezone()) task.timezone = *schedule_.timezone();
    const Zone utc;
    if (const Status done = fields_.apply(task, {now_, utc}); !done) return done;
    after_.apply(task);
    if (!schedule_.jitter()) return {};
    const Status done = find_field("jitter")->set(task, *schedule_.jitter(), {now_, utc});
    return done ? Status{} : Status{done.error().in("--jitter")};
  }

  Status set_id(Task& task)
  {
    if (task.name.empty()) task.name = name_of_command(task);
    task.id = id_ ? *id_ : new_task_id();
    return check_task_id(task.id);
  }

  Result<ExitStatus> print_task(Context& context, const StoredTask& stored)
  {
    const Result<Zone> zone = Zone::load(stored.task.timezone);
    if (!zone) return zone.error();
    ValueMap document = task_value(stored.task, {now_, *zone}, false);
    document.emplace_back("schedule", trigger_text(stored.task.trigger, *zone));
    add_time(document, "next_run_time", stored.progress.due, *zone);
    if (!id_) document.front().second = nullptr;
    if (context.globals().json) {
      print_json(context, document);
    } else {
      context.out(toml_text(document));
    }
    return 0;
  }

  void announce(Context& context, const StoredTask& stored)
  {
    const Task& task = stored.task;
    if (context.globals().json) {
      print_json(context, ValueMap{{"id", task.id}});
    } else {
      context.out(task.id + '\n');
    }
    if (!context.stderr_is_terminal() || context.globals().quiet) return;
    context.flush();
    const Result<Zone> zone = Zone::load(task.timezone);
    if (!zone) return;
    context.note(describe(task.trigger, *zone, task.id));
    for (const std::string& advised : advice(task.trigger, *zone, task.id)) context.warn(advised);
    const auto schedule = compile(task.trigger, *zone, task.id);
    std::optional<Instant> next = stored.progress.due;
    for (int i = 0; schedule && next && i < announced_times; ++i) {
      context.note(fmt::format("  {} ({})", time_text(*next, *zone), distance_text(*next, now_)));
      const auto after = (*schedule)->next(*next);
      if (!after) return;
      next = *after;
    }
  }

  std::vector<std::string> words_;
  std::optional<std::string> shell_;
  std::optional<std::string> id_;
  std::optional<std::string> batch_;
  ScheduleOptions schedule_;
  FieldOptions fields_;
  AfterOptions after_;
  EnvironmentOptions environment_;
  InputOptions input_;
  bool replace_ = false;
  bool dry_run_ = false;
  bool wait_ = false;
  Instant now_;
};

}  // namespace

std::unique_ptr<Command> make_add() { return std::make_unique<Add>(); }

}  // namespace asyncz::cli
