// SPDX-License-Identifier: MIT
// The least that a timed start can do: a timerfd wake-up and a start.
//
//   timed_start FILE COMMAND…
//
// FILE holds one time a line, sorted, in microseconds since the epoch; COMMAND, whose path must be
// absolute, runs at each with that line as a further argument.
#include "bare.h"

#include <string.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

static void sleep_until(int timer, int64_t when)
{
  struct itimerspec alarm = {
      .it_value = {.tv_sec = when / 1000000, .tv_nsec = when % 1000000 * 1000}};
  uint64_t count;
  if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &alarm, NULL) != 0) give_up("timerfd_settime");
  if (read(timer, &count, sizeof count) != sizeof count) give_up("read");
}

int main(int argc, char** argv)
{
  if (argc < 3) return 2;
  FILE* times = fopen(argv[1], "re");
  if (!times) give_up(argv[1]);
  char** command = calloc((size_t)argc, sizeof *command);
  memcpy(command, argv + 2, (size_t)(argc - 2) * sizeof *command);

  int timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);
  char when[32];
  command[argc - 2] = when;
  while (fscanf(times, "%31s", when) == 1) {
    sleep_until(timer, atoll(when));
    start(command);
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
  }
  while (waitpid(-1, NULL, 0) > 0) continue;
  return 0;
}
