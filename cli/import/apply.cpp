// SPDX-License-Identifier: MIT
#include "cli/import/apply.hpp"

#include "cli/files/file_text.hpp"
#include "cli/tasks/new_task.hpp"
#include "cli/tasks/task_removal.hpp"
#include "import/import_name.hpp"
#include "schedule/anchor.hpp"
#include "task/lifecycle.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20U;

constexpr std::array<std::string_view, 5> kind_texts{"add", "change", "remove", "keep", "done"};

bool has_tag(const Task& task, std::string_view tag)
{
  return std::ranges::find(task.tags, tag) != task.tags.end();
}

// Whether a time is left of a recurring task's schedule.
Result<bool> has_next(const Task& task, Instant now)
{
  StoredTask probe;
  probe.task = task;
  const Status planned = plan(probe, now, [] { return 0.0; });
  // What validates is a usage error there only where nothing is left.
  if (!planned && planned.error().kind != ErrorKind::usage) return planned.error();
  return static_cast<bool>(planned);
}

}  // namespace

std::string_view apply_kind_text(ApplyStep::Kind kind)
{
  return kind_texts.at(static_cast<std::size_t>(kind));
}

std::string apply_tag(std::string_view file) { return import_tag("apply", file); }

Result<DeclaredTasks> read_tasks_of(Context& context, const std::string& file)
{
  const auto content = read_file_or_stdin(file, largest_file);
  if (!content) return content.error();
  const auto settings = context.settings();
  if (!settings) return settings.error();
  const Instant now = context.clock().now();
  const auto base = default_task(**settings, now);
  if (!base) return base.error();
  auto declared = read_declared_tasks(*content, file, *base, now);
  if (!declared) return declared.error();
  for (DeclaredTask& each : declared->tasks) {
    if (each.task.name.empty()) each.task.name = name_of_command(each.task);
  }
  return declared;
}

Applier::Applier(OpenStore* open, std::string_view file, Instant now)
    : open_{open}, tag_{apply_tag(file)}, now_{now}
{
}

Result<std::vector<ApplyStep>> Applier::plan(const DeclaredTasks& declared, bool prune)
{
  std::vector<ApplyStep> steps;
  std::set<std::string> ids;
  for (const DeclaredTask& each : declared.tasks) {
    auto step = step_for(each);
    if (!step) return step.error().in(each.place);
    steps.push_back(std::move(*step));
    ids.insert(each.task.id);
  }
  if (!prune || open_ == nullptr) return steps;
  auto gone = tagged_tasks(*open_->vault, tag_, ids);
  if (!gone) return gone.error();
  for (std::string& id : *gone) {
    steps.push_back({.kind = ApplyStep::Kind::remove, .id = std::move(id)});
  }
  return steps;
}

Result<ApplyStep> Applier::step_for(const DeclaredTask& declared)
{
  ApplyStep step{.id = declared.task.id, .declared = &declared};
  std::optional<StoredTask> stored;
  if (open_ != nullptr) {
    auto found = open_->vault->get(step.id);
    if (!found && found.error().kind != ErrorKind::not_found) return found.error();
    if (found) stored = std::move(*found);
  }
  if (stored) {
    step.after = wanted(declared, stored->task);
    step.before = std::move(stored->task);
    step.kind = step.after == step.before ? ApplyStep::Kind::keep : ApplyStep::Kind::change;
    return step;
  }
  const auto done = is_done(declared);
  if (!done) return done.error();
  step.kind = *done ? ApplyStep::Kind::done : ApplyStep::Kind::add;
  step.after = declared.task;
  step.after.tags.push_back(tag_);
  return step;
}

// What the file is silent about and people decide: whether the task is paused.
Task Applier::wanted(const DeclaredTask& declared, const Task& present) const
{
  Task task = declared.task;
  task.after = present.after;
  if (!declared.named.contains("paused")) task.paused = present.paused;
  task.trigger = anchored(std::move(task.trigger), declared.later, present.trigger);
  if (has_tag(present, tag_)) task.tags.push_back(tag_);
  return task;
}

// A task that is not in the store may have been there and left it.
Result<bool> Applier::is_done(const DeclaredTask& declared)
{
  const Task& task = declared.task;
  if (task.recurring()) {
    const auto left = has_next(task, now_);
    if (!left) return left.error();
    return !*left;
  }
  if (open_ == nullptr) return false;
  const bool dated = task.trigger == declared.later;
  bool done = false;
  const auto visited = open_->vault->runs(task.id, {}, [&](const Result<Run>& run) {
    done = run && run->task == task.id && (!dated || run->scheduled >= task.trigger.at);
    return !done;
  });
  if (!visited) return visited.error();
  return done;
}

Status Applier::carry_out(const ApplyStep& step)
{
  switch (step.kind) {
    case ApplyStep::Kind::keep:
    case ApplyStep::Kind::done:
      return {};
    case ApplyStep::Kind::remove:
      return remove_task(*open_, step.id, now_);
    case ApplyStep::Kind::add: {
      StoredTask stored;
      stored.task = step.after;
      stored.progress.created = now_;
      if (stored.task.paused) set_paused(stored, true, now_);
      if (const Status planned = asyncz::plan(stored, now_, system_random()); !planned) {
        return planned;
      }
      return open_->vault->add(std::span{&stored, 1}).front();
    }
    case ApplyStep::Kind::change:
      break;
  }
  const auto written = open_->vault->update(step.id, [&](StoredTask& stored) {
    return change_task(stored, wanted(*step.declared, stored.task), now_);
  });
  return written ? Status{} : Status{written.error()};
}

}  // namespace asyncz::cli
