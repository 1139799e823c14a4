// SPDX-License-Identifier: MIT
// Signals to a child and all that it has started.
#pragma once

#include <sys/types.h>

#include <optional>

namespace asyncz {

// To the process group that the child was given, and to the child itself where it has left it.
void signal_group(int pid, int signal);

// To this group as that user, so that none is reached whom the user could not signal; without one
// as who we are. Whether any was reached.
bool signal_group_as(std::optional<uid_t> user, pid_t group, int signal);

}  // namespace asyncz
