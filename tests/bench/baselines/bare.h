// SPDX-License-Identifier: MIT
// What the baselines share: the clock, a bare vfork and exec, and giving up.
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static inline int64_t microseconds(clockid_t clock)
{
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline void give_up(const char* what)
{
  perror(what);
  exit(125);
}

static inline pid_t start(char* const* command)
{
  pid_t child = vfork();
  if (child == 0) {
    execve(command[0], command, environ);
    _exit(127);
  }
  if (child < 0) give_up("vfork");
  return child;
}
