// SPDX-License-Identifier: MIT
// The names of tasks, runs and queues: which are allowed, and new ones.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asyncz {

// A new id: 8 random characters of `0-9a-z` without `i l o u` (40 bits).
[[nodiscard]] std::string new_task_id();

// Whether this may be the id of a task that a user names: 1 to 200 bytes of UTF-8, no leading `.`
// or `-`, none of `/ \ : NUL`, no control or format character, and no ending of `@` and digits
// (those are instances).
//   usage  which rule is broken
Status check_task_id(std::string_view id);

// The same, but an instance (`ID@DUE`) is allowed: for what is read back from a store.
Status check_stored_id(std::string_view id);

// Whether this may be the name of a queue: 1 to 63 of `A-Za-z0-9._-`. The queues `@boot` and
// `@shutdown` are ours and never pass.
//   usage
Status check_queue_name(std::string_view name);

// `ID@DUE`: the instance of task `id` for the due time `due_us` (microseconds since the epoch).
[[nodiscard]] std::string instance_id(std::string_view id, std::int64_t due_us);

// The task that an instance belongs to, or nothing if `id` is not an instance's.
[[nodiscard]] std::optional<std::string_view> parent_of_instance(std::string_view id);

}  // namespace asyncz
