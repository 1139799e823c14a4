// SPDX-License-Identifier: MIT
// `run --foreground`: one run of a task here and now, with our own output.
#pragma once

#include "cli/command.hpp"

#include <string>

namespace asyncz::cli {

// Runs the task to its end by a worker of its own, which runs nothing else: the exit status that
// tells how the run went. A recurring task keeps its schedule (it runs through an instance); a
// one-shot has had its run then. A signal that asks us to end cancels the run.
//   not_found
//   conflict   somebody runs it now
Result<ExitStatus> run_in_foreground(Context& context, OpenStore& open, const std::string& id);

}  // namespace asyncz::cli
