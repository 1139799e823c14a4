// SPDX-License-Identifier: MIT
// Taking a task out of a store that workers use.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"

#include <string>

namespace asyncz::cli {

// Removes a task. A run that is under way ends first and is recorded; the worker removes the task
// then.
//   not_found, and what the store gives
Status remove_task(OpenStore& open, const std::string& id, Instant now);

}  // namespace asyncz::cli
