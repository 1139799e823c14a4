// SPDX-License-Identifier: MIT
// Crontab files as crontab(5) of cronie reads them: text in, entries out; nothing is stored.
#pragma once

#include "base/result.hpp"
#include "import/cron_dialect.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// A line that runs something. Its schedule is not checked here.
struct CrontabEntry {
  int line = 0;
  std::string text;      // the line as it stands, without the blanks around it
  std::string schedule;  // fields with one blank between them, or a nickname
  std::string user;      // empty where the file has no such column
  std::string command;   // for the shell; `\%` is `%` already
  std::string stdin_data;
  std::map<std::string, std::string> env;  // the settings in force at this line
  std::vector<std::string> warnings;
};

// A line that cannot be carried over.
struct CrontabProblem {
  int line = 0;
  Error error;
};

// What is to be said of a line that runs nothing.
struct CrontabWarning {
  int line = 0;
  std::string what;
};

struct Crontab {
  std::vector<CrontabEntry> entries;
  std::vector<CrontabProblem> problems;
  std::vector<CrontabWarning> warnings;
};

struct CrontabFormat {
  bool user_column = false;  // as in /etc/crontab
  std::function<bool(std::string_view name)> is_user;
  std::optional<CronDialect> dialect;  // whose fields these are; nothing: as crontab(5) says
};

// Every line that is neither blank, comment nor setting (`NAME = value`) becomes an entry or a
// problem. CRLF, a byte order mark and a missing last newline are accepted. Beyond cronie,
// FreeBSD's `@every_minute`, `@every_second` and flags (`-n -q -s`) and ISC cron's `$` are carried
// over; what has no counterpart (FreeBSD's `@60`, dcron's `FREQ=` and `AFTER=`) is a problem.
Crontab read_crontab(std::string_view content, const CrontabFormat& format);

}  // namespace asyncz
