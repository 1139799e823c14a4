// SPDX-License-Identifier: MIT
#include "run/process_group.hpp"

#include <grp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace asyncz {

void signal_group(int pid, int signal)
{
  ::kill(-pid, signal);
  if (::getpgid(pid) != pid) ::kill(pid, signal);
}

bool signal_group_as(std::optional<uid_t> user, pid_t group, int signal)
{
  if (!user) return ::kill(-group, signal) == 0;
  const pid_t child = ::fork();
  if (child == 0) {
    const bool became = ::setgroups(0, nullptr) == 0 && ::setresuid(*user, *user, *user) == 0;
    ::_exit(became && ::kill(-group, signal) == 0 ? 0 : 1);
  }
  int status = 1;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return child > 0 && status == 0;
}

}  // namespace asyncz
