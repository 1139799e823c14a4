// SPDX-License-Identifier: MIT
// A timer unit with its service unit as a task.
#pragma once

#include "import/systemd_unit.hpp"
#include "task/task.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

struct TimerUnits {
  std::string file;  // the timer's absolute name
  std::string name;  // `backup.timer`
  Unit timer;
  Unit service;
  UnitNames names;   // of the service
  std::string user;  // who imports
  // The content of an EnvironmentFile.
  std::function<Result<std::string>(const std::string& file)> read;
};

struct TimerTask {
  Task task;
  Trigger later;                     // the same read at another time (schedule/anchor.hpp)
  std::vector<UnitRemark> problems;  // why it is no task
  std::vector<UnitRemark> lost;      // settings that the task does not carry
  std::vector<UnitRemark> warnings;  // what means something slightly different
};

// What the units do not say is as in `base`.
TimerTask task_of(const TimerUnits& units, const Task& base, Instant now);

// The tag of the task that was imported from this timer.
[[nodiscard]] std::string timer_tag(std::string_view file);

// Makes `task`, which an earlier import has added, what the units say now; what units cannot say
// (queue, retries, paused …) stays as it is. Whether anything was different.
bool follow_timer(Task& task, const TimerTask& imported);

}  // namespace asyncz
