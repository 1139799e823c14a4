// SPDX-License-Identifier: MIT
// What the lines of a crontab become: recurring tasks, with ids that a second import finds again.
#pragma once

#include "import/crontab.hpp"
#include "task/task.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// Where a crontab comes from.
struct CrontabSource {
  std::string file;  // an absolute path, or `-`
  std::string user;  // who imports it; lines of other users are run as them
  Task base;         // the defaults; its time zone holds where there is no CRON_TZ
};

struct CrontabTask {
  int line = 0;
  Task task;
  std::vector<std::string> warnings;
};

struct CrontabTasks {
  std::vector<CrontabTask> tasks;
  std::vector<CrontabProblem> problems;
  std::set<std::string> ids;  // of all entries, also of those that became problems
};

// Each entry as a task that validates, or as a problem; the crontab's own problems come along, all
// by line. An id is made from the file's name and the text of the line, so that it stays the same
// when other lines come and go; equal lines get different ids, in their order.
CrontabTasks tasks_of(const Crontab& crontab, const CrontabSource& source);

// What MAILTO becomes, as on_end: what a run printed is mailed to $MAILTO, if it printed anything.
[[nodiscard]] std::string_view mail_hook();

// The tag of all tasks that were imported from this file.
[[nodiscard]] std::string crontab_tag(std::string_view file);

// Makes `task`, which an earlier import has added, what the file says now; what a file cannot say
// (queue, retries, paused …) stays as it is. Whether anything was different.
bool follow_crontab(Task& task, const Task& imported);

}  // namespace asyncz
