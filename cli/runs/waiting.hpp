// SPDX-License-Identifier: MIT
// Waiting for runs: woken by the store, ended by a time limit or an interrupt.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/runs/awaited.hpp"

#include <optional>
#include <vector>

namespace asyncz::cli {

class TaskOutput;

struct WaitOptions {
  std::optional<Duration> timeout;
  TaskOutput* output = nullptr;  // what is to be passed on meanwhile
};

// Until all have ended: the exit status that says how. 124 when the time is out, 128 + n when
// signal n comes; the runs go on then. Says where nobody will run what is waited for.
Result<ExitStatus> wait_for_all(Context& context, OpenStore& open, std::vector<Awaited>& awaited,
                                const WaitOptions& options);

// Until the task that was just added has ended: its output goes to stdout as it comes (with --json
// its run when it has ended). `task` is as it was added.
Result<ExitStatus> wait_with_output(Context& context, OpenStore& open, const StoredTask& task);

}  // namespace asyncz::cli
