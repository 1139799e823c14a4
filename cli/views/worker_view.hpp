// SPDX-License-Identifier: MIT
// Workers as commands show them.
#pragma once

#include "base/value.hpp"
#include "task/worker_info.hpp"

#include <string>
#include <string_view>

namespace asyncz::cli {

// A worker of `workers --json`.
[[nodiscard]] ValueMap worker_value(const WorkerInfo& worker);

// How much of what it may run it runs, and what keeps it from more: `1 of 4 running`.
[[nodiscard]] std::string load_text(const WorkerInfo& worker);

// What it serves: `mail:2, default`, or `all`.
[[nodiscard]] std::string queues_text(const WorkerInfo& worker);

// Whether it takes tasks of this queue.
[[nodiscard]] bool serves(const WorkerInfo& worker, std::string_view queue);

}  // namespace asyncz::cli
