// SPDX-License-Identifier: MIT
// One run of a task here and now, with our own output.
#pragma once

#include "base/result.hpp"
#include "run/spawner.hpp"
#include "task/run.hpp"
#include "time/clock.hpp"
#include "vault/vault.hpp"

#include <string_view>

namespace asyncz {

// Runs the task to its end and records it. A recurring task keeps its schedule (it runs through an
// instance); a one-shot has had its run then. Signals that ask us to end are passed on to the
// child.
//   not_found
//   conflict   somebody runs it now
Result<Run> run_in_foreground(Vault& vault, Spawner& spawner, const Clock& clock,
                              std::string_view id);

// Adds one more run of a recurring task, for a worker to take: the id of its instance. Of a task
// whose id is `id`, whether paused or not.
//   not_found
Result<std::string> add_instance(Vault& vault, const StoredTask& task, Instant now, Instant moment);

}  // namespace asyncz
