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

// Adds one more run of a recurring task, paused or not, for a worker to take from `moment` on: the
// id of its instance.
//   conflict  there is one for this due time
Result<std::string> add_instance(Vault& vault, const StoredTask& task, Instant due, Instant moment);

}  // namespace asyncz
