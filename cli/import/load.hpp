// SPDX-License-Identifier: MIT
// The files of `worker --load`: brought into the store at its start and at SIGHUP.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "run/worker_log.hpp"

#include <string>

namespace asyncz::cli {

// Imports a `crontab` or `*.crontab`, applies any other file; what an earlier load of it added and
// it no longer has is removed. Of a crontab the good lines are loaded, and the others are logged.
//   usage  it cannot be read, or holds something that is no task: then nothing is changed
Status load_file(Context& context, OpenStore& open, const std::string& file, WorkerLog& log);

}  // namespace asyncz::cli
