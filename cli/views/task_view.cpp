// SPDX-License-Identifier: MIT
#include "cli/views/task_view.hpp"

#include "base/text.hpp"
#include "cli/views/run_view.hpp"
#include "schedule/trigger.hpp"
#include "task/fields.hpp"
#include "vault/kept_task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asyncz::cli {
namespace {

bool is_held(Store& store, std::string_view id, Instant now)
{
  const Result<Store::Holder> holder = store.holder(id, now);
  return holder && holder->held;
}

// Of what has no instances, or apart from them.
TaskStatus own_status(Vault& vault, const StoredTask& task, Instant now)
{
  const bool held = task.reserved_or_interrupted() && is_held(vault.store(), task.task.id, now);
  TaskStatus status;
  status.state = status.own = state_of(task, held, now);
  const auto next = next_run_time(task, held, now);
  if (next) status.next_run_time = *next;
  return status;
}

// Nothing where it has gone.
std::optional<InstanceStatus> instance_status(Vault& vault, const std::string& id, Instant now)
{
  const auto stored = vault.get(id);
  if (!stored && stored.error().kind == ErrorKind::not_found) return std::nullopt;
  if (!stored) return InstanceStatus{id, TaskState::unreadable, {}, {}};
  auto status = own_status(vault, *stored, now);
  const auto scheduled = stored->progress.due.value_or(stored->task.trigger.at);
  return InstanceStatus{id, status.state, scheduled, status.next_run_time};
}

void take_in(TaskStatus& status, const InstanceStatus& instance)
{
  if (instance.state == TaskState::unreadable) return;
  const bool rests = status.state == TaskState::paused || status.state == TaskState::waiting;
  if (!rests || instance.state == TaskState::running) {
    status.state = std::min(status.state, instance.state);
  }
  if (rests || !instance.next_run_time) return;
  status.next_run_time = std::min(status.next_run_time.value_or(never), *instance.next_run_time);
}

LastRun summary_of(const Run& run)
{
  return {run.fence, run.state, run.scheduled,   run.attempt,
          run.start, run.end,   run.exit_status, run.signal};
}

Value last_run_value(const std::string& task, const std::optional<LastRun>& run, const Zone& zone)
{
  if (!run) return {};
  ValueMap map;
  map.emplace_back("id", task + '.' + std::to_string(run->fence));
  map.emplace_back("state", run_state_text(run->state));
  add_time(map, "scheduled_time", run->scheduled, zone);
  map.emplace_back("attempt", run->attempt);
  add_time(map, "start_time", run->start, zone);
  add_time(map, "end_time", run->end, zone);
  map.emplace_back("exit_status", run->exit_status ? Value{*run->exit_status} : Value{});
  map.emplace_back("signal", run->signal ? Value{*run->signal} : Value{});
  return map;
}

// Every key of a task's document, without a value.
ValueMap blank_document()
{
  ValueMap map;
  for (const Field& field : task_fields()) {
    map.emplace_back(field.name, Value{});
    if (field.length != nullptr) map.emplace_back(std::string{field.name} + "_us", Value{});
  }
  for (const std::string_view name :
       {"state", "schedule", "next_run_time", "next_run_time_us", "created", "created_us",
        "revision", "last_run", "instances"}) {
    map.emplace_back(name, Value{});
  }
  return map;
}

void put(ValueMap& map, std::string_view name, Value value)
{
  const auto found = std::ranges::find(map, name, &ValueMap::value_type::first);
  if (found == map.end()) {
    map.emplace_back(name, std::move(value));
  } else {
    found->second = std::move(value);
  }
}

ValueList instances_value(const std::vector<InstanceStatus>& instances, const Zone& zone)
{
  ValueList list;
  for (const InstanceStatus& instance : instances) {
    ValueMap map{{"id", instance.id}, {"state", task_state_text(instance.state)}};
    add_time(map, "scheduled_time", instance.scheduled, zone);
    add_time(map, "next_run_time", instance.next_run_time, zone);
    list.emplace_back(std::move(map));
  }
  return list;
}

}  // namespace

TaskStatus status_of(Vault& vault, const StoredTask& task, Instant now)
{
  // Its schedule has gone on already for the times that its instances run for.
  auto status = own_status(vault, task, now);
  for (const std::string& id : task.progress.instances) {
    auto instance = instance_status(vault, id, now);
    if (!instance) continue;
    take_in(status, *instance);
    status.instances.push_back(std::move(*instance));
  }
  return status;
}

std::optional<LastRun> last_run_of(Vault& vault, const StoredTask& task)
{
  auto last = task.progress.last_run;
  if (task.progress.instances.empty()) return last;
  // What the task remembers itself stands where the history cannot be read.
  static_cast<void>(vault.runs(task.task.id, {}, [&last](const Result<Run>& run) {
    const bool is_it = run && !run->stretch;
    if (is_it) last = summary_of(*run);
    return !is_it;
  }));
  return last;
}

std::optional<LastRun> LastRuns::of(const StoredTask& task)
{
  if (task.progress.instances.empty()) return task.progress.last_run;
  if (!read_) {
    read_.emplace();
    std::size_t left = most_;
    static_cast<void>(vault_.runs({}, {}, [&](const Result<Run>& run) {
      if (run && !run->stretch) read_->emplace(run->task, summary_of(*run));
      return --left > 0;
    }));
  }
  const auto found = read_->find(task.task.id);
  return found == read_->end() ? task.progress.last_run : std::optional{found->second};
}

Tone tone_of(TaskState state)
{
  switch (state) {
    case TaskState::unreadable:
      return Tone::bad;
    case TaskState::running:
      return Tone::active;
    case TaskState::retrying:
      return Tone::bad;
    case TaskState::due:
      return Tone::good;
    case TaskState::paused:
    case TaskState::waiting:
      return Tone::quiet;
    case TaskState::scheduled:
      break;
  }
  return Tone::plain;
}

ValueMap task_document(const StoredTask& task, const TaskStatus& status,
                       const std::optional<LastRun>& last, const Zone& zone, Instant now,
                       bool reveal)
{
  ValueMap map = task_value(task.task, {now, zone}, reveal);
  map.emplace_back("state", task_state_text(status.state));
  map.emplace_back("schedule", trigger_text(task.task.trigger, zone));
  add_time(map, "next_run_time", status.next_run_time, zone);
  add_time(map, "created", task.progress.created, zone);
  map.emplace_back("revision", task.revision);
  map.emplace_back("last_run", last_run_value(task.task.id, last, zone));
  map.emplace_back("instances", instances_value(status.instances, zone));
  return map;
}

ValueMap unreadable_document(std::string_view id, const Error& error)
{
  auto map = blank_document();
  put(map, "id", id);
  put(map, "state", task_state_text(TaskState::unreadable));
  put(map, "error", error.what);
  return map;
}

ValueMap gone_document(const Run& last, const Zone& zone, Instant now, bool reveal)
{
  auto map = blank_document();
  put(map, "id", last.task);
  put(map, "name", last.name);
  put(map, "queue", last.queue);
  if (const auto kept = task_kept_by(last, now)) {
    for (auto& [name, value] : task_value(kept->task, {now, zone}, reveal)) {
      put(map, name, std::move(value));
    }
    put(map, "schedule", trigger_text(kept->task.trigger, zone));
  }
  if (!last.stretch) put(map, "last_run", last_run_value(last.task, summary_of(last), zone));
  return map;
}

std::string command_text(const Task& task)
{
  if (task.shell && !task.argv.empty()) return task.argv.front();
  std::string text;
  for (const std::string& word : task.argv) {
    if (!text.empty()) text += ' ';
    text += shell_quoted(word);
  }
  return text;
}

std::string distance_text(Instant instant, Instant now)
{
  using namespace std::chrono;
  const Duration exact = instant >= now ? instant - now : now - instant;
  // Two units at most: nobody reads the seconds of what is hours away.
  Duration rounded = floor<seconds>(exact);
  if (exact >= hours{1}) rounded = floor<minutes>(exact);
  if (rounded == Duration{0}) return "now";
  const bool far = exact >= hours{48};
  const std::string text =
      far ? fmt::format("{}d", floor<days>(exact).count()) : duration_text(rounded);
  return instant >= now ? "in " + text : text + " ago";
}

}  // namespace asyncz::cli
