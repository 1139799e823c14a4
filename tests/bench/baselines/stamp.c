// SPDX-License-Identifier: MIT
// A task that says when its first instruction ran: one line `TIME PID WORD` into FILE (a file or a
// named pipe), TIME in microseconds since the epoch. Linked statically: it begins with main.
//
//   stamp FILE WORD [MILLISECONDS]
//
// Then it sleeps for MILLISECONDS, where they are given.
#include "bare.h"

#include <fcntl.h>

int main(int argc, char** argv)
{
  int64_t now = microseconds(CLOCK_REALTIME);
  if (argc < 3) return 2;
  int file = open(argv[1], O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) give_up(argv[1]);
  char line[256];
  int length = snprintf(line, sizeof line, "%lld %d %s\n", (long long)now, (int)getpid(), argv[2]);
  if (write(file, line, (size_t)length) != length) give_up(argv[1]);
  if (argc > 3) {
    long milliseconds = atol(argv[3]);
    struct timespec rest = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&rest, NULL);
  }
  return 0;
}
