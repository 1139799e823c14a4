// SPDX-License-Identifier: MIT
#include "run/process_group.hpp"

#include <signal.h>
#include <unistd.h>

namespace asyncz {

void signal_group(int pid, int signal)
{
  ::kill(-pid, signal);
  if (::getpgid(pid) != pid) ::kill(pid, signal);
}

}  // namespace asyncz
