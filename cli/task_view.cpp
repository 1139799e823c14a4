// SPDX-License-Identifier: MIT
#include "cli/task_view.hpp"

#include "base/text.hpp"
#include "cli/run_view.hpp"
#include "task/fields.hpp"
#include "task/trigger.hpp"

#include <algorithm>
#include <utility>

namespace asyncz::cli {
namespace {

bool is_held(Store& store, std::string_view id, Instant now)
{
  const Result<Store::Holder> holder = store.holder(id, now);
  return holder && holder->held;
}

Value last_run_value(const StoredTask& task, const Zone& zone)
{
  if (!task.progress.last_run) return {};
  const LastRun& last = *task.progress.last_run;
  ValueMap map;
  map.emplace_back("id", task.task.id + '.' + std::to_string(last.fence));
  map.emplace_back("state", run_state_text(last.state));
  add_time(map, "scheduled_time", last.scheduled, zone);
  map.emplace_back("attempt", last.attempt);
  add_time(map, "start_time", last.start, zone);
  add_time(map, "end_time", last.end, zone);
  map.emplace_back("exit_status", last.exit_status ? Value{*last.exit_status} : Value{});
  map.emplace_back("signal", last.signal ? Value{*last.signal} : Value{});
  return map;
}

}  // namespace

TaskStatus status_of(Store& store, const StoredTask& task, Instant now)
{
  const auto held_instance = [&](const std::string& id) { return is_held(store, id, now); };
  const bool held = task.reserved_or_interrupted() && is_held(store, task.task.id, now);
  TaskStatus status;
  status.state =
      state_of(task, held || std::ranges::any_of(task.progress.instances, held_instance), now);
  // Its schedule has gone on already for the times that its instances run for.
  const auto next = next_run_time(task, held, now);
  if (next) status.next_run_time = *next;
  return status;
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

ValueMap task_document(const StoredTask& task, const TaskStatus& status, const Zone& zone,
                       Instant now, bool reveal)
{
  ValueMap map = task_value(task.task, {now, zone}, reveal);
  map.emplace_back("state", task_state_text(status.state));
  map.emplace_back("schedule", trigger_text(task.task.trigger, zone));
  add_time(map, "next_run_time", status.next_run_time, zone);
  add_time(map, "created", task.progress.created, zone);
  map.emplace_back("revision", task.revision);
  map.emplace_back("last_run", last_run_value(task, zone));
  return map;
}

ValueMap unreadable_document(std::string_view id, const Error& error)
{
  ValueMap map;
  for (const Field& field : task_fields()) {
    map.emplace_back(field.name, field.name == "id" ? Value{id} : Value{});
  }
  map.emplace_back("state", task_state_text(TaskState::unreadable));
  for (const std::string_view name : {"schedule", "next_run_time", "next_run_time_us", "created",
                                      "created_us", "revision", "last_run"}) {
    map.emplace_back(name, nullptr);
  }
  map.emplace_back("error", error.what);
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
  if (exact >= hours{48}) {
    rounded = floor<days>(exact);
  } else if (exact >= hours{1}) {
    rounded = floor<minutes>(exact);
  }
  if (rounded == Duration{0}) return "now";
  const std::string text = duration_text(rounded);
  return instant >= now ? "in " + text : text + " ago";
}

}  // namespace asyncz::cli
