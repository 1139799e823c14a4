// SPDX-License-Identifier: MIT
// Signals to a child and all that it has started.
#pragma once

namespace asyncz {

// To the process group that the child was given, and to the child itself where it has left it.
void signal_group(int pid, int signal);

}  // namespace asyncz
