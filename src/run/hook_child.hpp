// SPDX-License-Identifier: MIT
// The child that runs a hook: what it finds round it, and what is said of it where it fails.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "run/environment.hpp"
#include "run/spawner.hpp"
#include "task/hook.hpp"
#include "task/run.hpp"
#include "vault/vault.hpp"

#include <optional>
#include <string>
#include <variant>

namespace asyncz {

// How long a hook may run, and how long it may still take to end when it is told to.
inline constexpr Duration hook_time = std::chrono::minutes{1};
inline constexpr Duration hook_grace = std::chrono::seconds{10};

// Everything but descriptors: as for the run itself, and beside its variables those that tell how
// it went.
//   usage  a limit or the time zone is not known here
Result<ChildSpec> hook_spec(const Task& task, const Run& run, const Hook& hook, const Host& host);

// What the run printed, cut to its limit, to be read from its beginning; on a machine that does not
// have it, its end as the history has it.
Result<UniqueFd> hook_input(Vault& vault, const std::string& log_folder, const Task& task,
                            const Run& run);

// Takes what the hook prints, of which only the end of a failed one is ever looked at.
Result<UniqueFd> hook_output();

// Starts it; from `/` where its directory cannot be entered, since that may be what it is to
// report.
std::variant<Child, SpawnFailure> spawn_hook(Spawner& spawner, ChildSpec spec);

// Why a hook has failed, or nothing where it has not. `outlasted`: it was ended after so long.
[[nodiscard]] std::optional<std::string> end_of_hook(int wait_status,
                                                     std::optional<Duration> outlasted);

// `on_failure failed: exit status 3 (last line that it printed)`.
[[nodiscard]] std::string hook_failure(const Hook& hook, std::string_view how, int output);

// Adds a clause to the reason of a run.
void add_reason(Run& run, std::string_view clause);

}  // namespace asyncz
