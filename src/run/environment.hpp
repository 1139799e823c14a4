// SPDX-License-Identifier: MIT
// What a child finds round it: its environment, and all else that a Task says of it.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "run/spawner.hpp"
#include "task/lifecycle.hpp"
#include "task/stored_task.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace asyncz {

using Environment = std::map<std::string, std::string>;

// Whether systemd.exec(5) has a service's processes told by this variable which service they are
// and what is theirs: NOTIFY_SOCKET, CREDENTIALS_DIRECTORY … No task is part of that service.
[[nodiscard]] bool is_of_one_service(std::string_view name);

// Who runs a task: a user of this system; empty where there is no such user.
struct Identity {
  std::string user;
  std::string home;
};

[[nodiscard]] Identity identity_of(const std::string& user);

// What a worker knows of the process that it is and of the machine below it.
struct Host {
  std::string name;
  BootMark boot;
  Environment environment;  // without ASYNCZ_* and what is_of_one_service()
  Identity identity;
};

[[nodiscard]] Host this_host();

// One run of a task, as its child is told of it.
struct RunNames {
  std::string run_id;
  std::uint64_t fence = 0;
  Beginning::Start start;
};

// The whole environment of a run. HOME, USER, LOGNAME, SHELL and PATH are there as crontab(5) says
// where nothing else set them. Of the worker's own environment another user gets LANG, LC_* and TZ.
[[nodiscard]] Environment environment_of(const Task& task, const RunNames& names, const Host& host,
                                         const Identity& identity);

// RFC 3339 in the task's time zone.
[[nodiscard]] std::string time_text(const Task& task, Instant time);

// What the child gets, but for its descriptors.
//   usage  a limit or the time zone is not known here
Result<ChildSpec> child_spec(const Task& task, const RunNames& names, const Host& host);

// These bytes as a file without a name, to be read from its beginning.
Result<UniqueFd> memory_file(std::string_view bytes);

}  // namespace asyncz
