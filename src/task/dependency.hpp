// SPDX-License-Identifier: MIT
// What `after` means: whether a task still waits, and what the end of another means to it.
#pragma once

#include "task/run.hpp"
#include "task/stored_task.hpp"

#include <cstdint>
#include <string_view>

namespace asyncz {

// Whether a condition of the task is still open.
[[nodiscard]] bool waits(const Task& task);

enum class Condition : std::uint8_t { unchanged, met, impossible };

// Strikes out what `waiter` demands of `parent`, which has ended for good. `impossible`: it demands
// a success that did not come; nothing is changed then.
Condition strike_out(Task& waiter, std::string_view parent, bool success);

// The record of a task that will never run, because `parent` ended as it did.
[[nodiscard]] Run cancelled_waiter(const StoredTask& waiter, std::string_view parent, Instant now);

}  // namespace asyncz
