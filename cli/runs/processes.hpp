// SPDX-License-Identifier: MIT
// Processes of this host as /proc shows them, and how many it runs at a time.
#pragma once

#include <cstddef>
#include <string>

namespace asyncz::cli {

// 0 where there is no such process.
[[nodiscard]] int parent_of_process(int pid);

// The name of its program, at most 15 bytes; empty where there is no such process.
[[nodiscard]] std::string name_of_process(int pid);

// How many this process can run at the same time.
[[nodiscard]] std::size_t cores();

}  // namespace asyncz::cli
