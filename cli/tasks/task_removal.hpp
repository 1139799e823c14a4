// SPDX-License-Identifier: MIT
// Taking a task out of a store that workers use.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// Removes a task with its instances. A run that is under way ends first and is recorded; the worker
// removes the task, or the instance that it runs by, then.
//   not_found, and what the store gives
Status remove_task(OpenStore& open, const std::string& id, Instant now);

// The tasks with this tag that are not among `kept`.
Result<std::vector<std::string>> tagged_tasks(Vault& vault, std::string_view tag,
                                              const std::set<std::string>& kept);

}  // namespace asyncz::cli
