// SPDX-License-Identifier: MIT
#include "cli/import/add_batch.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/files/line_reader.hpp"
#include "cli/tasks/dry_run.hpp"
#include "cli/tasks/new_task.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/views/json.hpp"
#include "cli/views/zones.hpp"
#include "task/fields.hpp"

#include <fmt/core.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asyncz::cli {
namespace {

// Lines that are added together: they share what makes them durable.
constexpr std::size_t most_at_once = 10'000;
constexpr std::size_t longest_line = std::size_t{8} << 20;

class Adder {
 public:
  Adder(Context& context, const Batch& batch, std::variant<OpenStore, DryRun>& target)
      : context_{context},
        batch_{batch},
        target_{target},
        array_{context},
        taken_{batch.replace, {}}
  {
  }

  void add_line(std::size_t number, std::string_view text)
  {
    Result<StoredTask> task = read(text);
    lines_.push_back({number, task ? std::nullopt : std::optional{task.error()}});
    if (task) {
      warn_of_user(context_, task->task);
      tasks_.push_back(std::move(*task));
    }
    if (lines_.size() == most_at_once) flush();
  }

  ExitStatus end()
  {
    flush();
    if (context_.globals().json) array_.end();
    return failed_ ? 1 : 0;
  }

 private:
  struct Line {
    std::size_t number;
    std::optional<Error> problem;  // none: it is the next of tasks_
  };

  Result<StoredTask> read(std::string_view text)
  {
    const Result<Value> value = parse_json(text);
    if (!value) return value.error();
    const Instant now = context_.clock().now();
    StoredTask stored;
    stored.task = batch_.defaults;
    stored.task.trigger = {.kind = TriggerKind::date, .at = now};
    const FieldContext fields{now, zones_.named(stored.task.timezone)};
    if (const Status done = apply_value(stored.task, *value, fields); !done) return done.error();

    Task& task = stored.task;
    if (task.id.empty()) task.id = *taken_.random.insert(new_task_id()).first;
    if (const Status done = check_task_id(task.id); !done) return done.error();
    if (task.name.empty()) task.name = name_of_command(task);
    if (task.paused) set_paused(stored, true, now);
    stored.progress.created = now;
    if (const Status done = validate(task); !done) return done.error();
    if (const Status done = plan(stored, now, random_); !done) return done.error();
    return stored;
  }

  void flush()
  {
    const std::vector<Status> statuses = add_all();
    std::size_t next = 0;
    for (const Line& line : lines_) {
      if (line.problem) {
        report(line.number, *line.problem);
        continue;
      }
      const std::size_t place = next++;
      if (statuses[place]) {
        print(line.number, tasks_[place].task.id);
      } else {
        report(line.number, statuses[place].error());
      }
    }
    lines_.clear();
    tasks_.clear();
    taken_.random.clear();
    context_.flush();
  }

  std::vector<Status> add_all()
  {
    if (auto* const open = std::get_if<OpenStore>(&target_)) {
      return store_tasks(*open->vault, tasks_, taken_, context_.clock().now());
    }
    std::vector<Status> statuses;
    for (const StoredTask& stored : tasks_) {
      statuses.push_back(std::get<DryRun>(target_).add(stored.task));
    }
    return statuses;
  }

  void print(std::size_t number, const std::string& id)
  {
    if (context_.globals().json) {
      array_.add(ValueMap{{"line", static_cast<std::int64_t>(number)}, {"id", id}});
    } else {
      context_.out(id + '\n');
    }
  }

  void report(std::size_t number, const Error& error)
  {
    failed_ = true;
    context_.error(error.in(fmt::format("line {}", number)));
    if (!context_.globals().json) return;
    array_.add(ValueMap{{"line", static_cast<std::int64_t>(number)}, {"error", error.what}});
  }

  Context& context_;
  const Batch& batch_;
  std::variant<OpenStore, DryRun>& target_;
  JsonArray array_;
  Zones zones_;
  Random random_ = system_random();
  std::vector<Line> lines_;
  std::vector<StoredTask> tasks_;
  TakenIds taken_;
  bool failed_ = false;
};

Result<std::variant<OpenStore, DryRun>> target_of(Context& context, const Batch& batch)
{
  using Target = std::variant<OpenStore, DryRun>;
  if (batch.dry_run) {
    Result<DryRun> dry_run = DryRun::of(context, batch.replace);
    return dry_run ? Result<Target>{*std::move(dry_run)} : Result<Target>{dry_run.error()};
  }
  Result<OpenStore> open = context.open(Access::create);
  return open ? Result<Target>{*std::move(open)} : Result<Target>{open.error()};
}

}  // namespace

Result<ExitStatus> add_batch(Context& context, const Batch& batch)
{
  Result<LineReader> lines = LineReader::open(batch.file, longest_line);
  if (!lines) return lines.error();
  auto target = target_of(context, batch);
  if (!target) return target.error();
  Adder adder{context, batch, *target};
  Progress progress{context, "lines added"};
  for (std::size_t number = 1;; ++number) {
    progress.show(number - 1);
    const Result<std::optional<std::string_view>> line = lines->next();
    if (!line) {
      adder.end();
      return line.error();
    }
    if (!*line) return adder.end();
    if (!trimmed(**line).empty()) adder.add_line(number, **line);
  }
}

}  // namespace asyncz::cli
