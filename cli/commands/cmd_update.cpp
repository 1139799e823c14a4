// SPDX-License-Identifier: MIT
// asyncz update: changes a task or its schedule.
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/tasks/field_options.hpp"
#include "cli/tasks/new_task.hpp"
#include "cli/tasks/schedule_options.hpp"
#include "cli/views/difference.hpp"
#include "cli/views/json.hpp"

#include <fmt/core.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

class Update final : public Command {
 public:
  void declare(Options& options) override
  {
    options.words("ID [-- COMMAND ARGUMENT…]", words_, 1, 1,
                  "The task, by id or its beginning; behind -- a new command", WordKind::task);
    options.behind_dashes(command_);
    options.value("--shell", shell_, "STRING", "Run this by /bin/sh", WordKind::text);
    schedule_.declare(options);
    fields_.declare(options);
    environment_.declare(options);
    input_.declare(options);
    options.flag("--dry-run", dry_run_, "Print the difference and change nothing");
    options.value("--revision", revision_, "N", "Refuse if the task has changed since",
                  WordKind::text);
  }

  Result<ExitStatus> run(Context& context) override
  {
    std::optional<std::int64_t> revision;
    if (revision_) {
      const Result<std::int64_t> given = parse_count("--revision", *revision_);
      if (!given) return given.error();
      revision = *given;
    }
    if (!changes_something()) {
      return Error{ErrorKind::usage, "nothing says what to change",
                   "asyncz update --help lists what can be changed"};
    }
    Result<OpenStore> open = context.open(Access::read);
    if (!open) return open.error();
    const Result<std::string> id = open->vault->resolve(words_.front());
    if (!id) return id.error();
    if (dry_run_) return print_difference(context, *open, *id, revision);

    std::vector<std::string> warnings;
    const auto updated = open->vault->update(
        *id,
        [&](StoredTask& task) {
          warnings.clear();
          return change(task, context.clock().now(), warnings);
        },
        revision);
    if (!updated) return updated.error();
    for (const std::string& warning : warnings) context.warn(warning);
    if (fields_.given()) warn_of_user(context, updated->task);
    if (context.globals().json) {
      print_json(context, ValueMap{{"id", *id}, {"revision", updated->revision}});
    }
    return 0;
  }

 private:
  Result<ExitStatus> print_difference(Context& context, OpenStore& open, const std::string& id,
                                      std::optional<std::int64_t> revision)
  {
    const Result<StoredTask> before = open.vault->get(id);
    if (!before) return before.error();
    if (revision && *revision != before->revision) {
      return Error{ErrorKind::conflict,
                   fmt::format("task {} is at revision {}", printable(id), before->revision), ""};
    }
    const Instant now = context.clock().now();
    StoredTask after = *before;
    std::vector<std::string> warnings;
    if (const Status done = change(after, now, warnings); !done) return done.error();
    if (const Status done = validate(after.task); !done) return done.error();
    for (const std::string& warning : warnings) context.warn(warning);
    print_differences(context, before->task, after.task, now);
    return 0;
  }

  Status change(StoredTask& stored, Instant now, std::vector<std::string>& warnings)
  {
    Task task = stored.task;
    if (const Status done = change_command(task); !done) return done;
    if (const Status done = change_fields(task, now); !done) return done;
    if (const Status done = environment_.apply(task, false); !done) return done;
    if (const Status done = input_.apply(task); !done) return done;

    if (schedule_.given()) {
      const Result<Zone> zone = Zone::load(task.timezone);
      if (!zone) return zone.error();
      Result<GivenSchedule> given = changed_schedule(task.trigger, now, *zone);
      if (!given) return given.error();
      task.trigger = std::move(given->trigger);
      warnings = std::move(given->warnings);
    }
    return change_task(stored, std::move(task), now);
  }

  // Bounds and rules alone change the schedule that is there.
  Result<GivenSchedule> changed_schedule(const Trigger& present, Instant now,
                                         const Zone& zone) const
  {
    if (schedule_.names_trigger()) return schedule_.read(now, zone);
    GivenSchedule schedule{present, {}};
    if (const Status done = schedule_.adjust(schedule, now, zone); !done) return done.error();
    return schedule;
  }

  [[nodiscard]] bool changes_something() const
  {
    return shell_ || !command_.empty() || schedule_.given() || schedule_.timezone() ||
           schedule_.jitter() || fields_.given() || environment_.given() || input_.given();
  }

  Status change_command(Task& task)
  {
    if (!shell_ && command_.empty()) return {};
    if (shell_ && !command_.empty()) {
      return Error{ErrorKind::usage, "--shell and a command exclude each other", ""};
    }
    if (!shell_) {
      if (const Status done = check_words(command_); !done) return done;
    }
    // A name that was taken from the command goes with it.
    const bool derived = task.name == name_of_command(task);
    task.shell = shell_.has_value();
    task.argv = shell_ ? std::vector{*shell_} : command_;
    if (derived) task.name = name_of_command(task);
    return {};
  }

  Status change_fields(Task& task, Instant now)
  {
    const Zone utc;
    const FieldContext context{now, utc};
    if (const Status done = fields_.apply(task, context); !done) return done;
    if (task.name.empty()) task.name = name_of_command(task);
    if (schedule_.timezone()) {
      const Field& field = *find_field("timezone");
      const Result<Value> value = value_from_text(field, *schedule_.timezone());
      if (!value) return value.error();
      if (const Status done = field.set(task, *value, context); !done) return done;
    }
    if (!schedule_.jitter()) return {};
    const Field& field = *find_field("jitter");
    const Result<Value> value = value_from_text(field, *schedule_.jitter());
    if (!value) return value.error();
    const Status done = field.set(task, *value, context);
    return done ? Status{} : Status{done.error().in("--jitter")};
  }

  std::vector<std::string> words_;
  std::vector<std::string> command_;
  std::optional<std::string> shell_;
  std::optional<std::string> revision_;
  ScheduleOptions schedule_;
  FieldOptions fields_;
  EnvironmentOptions environment_;
  InputOptions input_;
  bool dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> make_update() { return std::make_unique<Update>(); }

}  // namespace asyncz::cli
