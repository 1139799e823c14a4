// SPDX-License-Identifier: MIT
// Which process of this host has a file locked, for people who ask: read from /proc.
#pragma once

#include <sys/types.h>

#include <optional>

namespace asyncz::stores {

// The newest process that has this file locked through a descriptor of its own, as far as we may
// look into processes.
[[nodiscard]] std::optional<pid_t> process_with_lock(int file);

}  // namespace asyncz::stores
