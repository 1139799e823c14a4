// SPDX-License-Identifier: MIT
#include "import/systemd_task.hpp"

#include "import/import_name.hpp"
#include "import/systemd_command.hpp"
#include "import/systemd_service.hpp"
#include "import/systemd_timer.hpp"
#include "schedule/anchor.hpp"

#include <utility>

namespace asyncz {
namespace {

std::string name_of(const TimerUnits& units)
{
  for (const auto* const unit : {&units.service, &units.timer}) {
    const auto* const description = setting_of(*unit, "Unit", "Description");
    if (description == nullptr) continue;
    const auto name = with_specifiers(description->value, units.names);
    return name ? *name : description->value;
  }
  return units.name;
}

void set_triggers(TimerTask& result, const TimerUnits& units, Instant now)
{
  set_timer(result.task, units.timer, now, result.problems, result.warnings);
  Task again = result.task;
  std::vector<UnitRemark> heard_before;
  set_timer(again, units.timer, now + far_later, heard_before, heard_before);
  result.later = std::move(again.trigger);
}

// Each expression by itself, so that the one that is wrong can be named.
void check_expressions(TimerTask& result, const TimerUnits& units)
{
  const auto zone = Zone::load(result.task.timezone);
  if (!zone) return result.problems.push_back({units.name, zone.error()});
  for (const auto* const setting : settings_of(units.timer, "Timer", "OnCalendar")) {
    const Trigger trigger{.kind = TriggerKind::calendar, .expression = setting->value};
    const auto schedule = compile(trigger, *zone, result.task.id);
    if (!schedule) result.problems.push_back({setting->place, schedule.error()});
  }
}

}  // namespace

TimerTask task_of(const TimerUnits& units, const Task& base, Instant now)
{
  TimerTask result{base, {}, {}, {}, {}};
  Task& task = result.task;
  task.id = id_stem(units.name.substr(0, units.name.rfind('.')), "timer");
  task.name = name_of(units);
  task.tags.push_back(timer_tag(units.file));
  for (const auto* const unit : {&units.timer, &units.service}) {
    result.problems.insert(result.problems.end(), unit->problems.begin(), unit->problems.end());
  }
  if (units.name.ends_with("@.timer")) {
    result.problems.push_back({units.name,
                               {ErrorKind::usage, "a template is no timer without an instance",
                                "link it as NAME@INSTANCE.timer, and import that"}});
  }
  set_triggers(result, units, now);
  check_expressions(result, units);
  auto command = command_of(units.service, units.names, result.problems);
  if (command) {
    task.argv = std::move(command->argv);
    task.shell = command->shell;
  }
  set_service(result, units);
  if (!result.problems.empty()) return result;
  if (const auto valid = validate(task); !valid) {
    result.problems.push_back({units.name, valid.error()});
  }
  return result;
}

std::string timer_tag(std::string_view file) { return import_tag("systemd", file); }

bool follow_timer(Task& task, const TimerTask& imported)
{
  const Task& now = imported.task;
  Task wanted = task;
  wanted.name = now.name;
  wanted.argv = now.argv;
  wanted.shell = now.shell;
  wanted.trigger = anchored(now.trigger, imported.later, task.trigger);
  wanted.timezone = now.timezone;
  wanted.jitter = now.jitter;
  wanted.misfire_grace_time = now.misfire_grace_time;
  wanted.timeout = now.timeout;
  wanted.kill_grace = now.kill_grace;
  wanted.success_exit_codes = now.success_exit_codes;
  wanted.cwd = now.cwd;
  wanted.umask = now.umask;
  wanted.env = now.env;
  wanted.unset_env = now.unset_env;
  wanted.user = now.user;
  wanted.nice = now.nice;
  wanted.rlimit = now.rlimit;
  wanted.output = now.output;
  const bool different = wanted != task;
  task = std::move(wanted);
  return different;
}

}  // namespace asyncz
