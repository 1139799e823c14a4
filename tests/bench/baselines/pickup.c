// SPDX-License-Identifier: MIT
// The least that picking a task up can do: an inotify wake-up and a start.
//
//   pickup DIRECTORY COMMAND…
//
// Runs COMMAND, whose path must be absolute, for each file that is moved into DIRECTORY, one at a
// time.
#include "bare.h"

#include <sys/inotify.h>
#include <sys/wait.h>

int main(int argc, char** argv)
{
  if (argc < 3) return 2;
  int watch = inotify_init1(IN_CLOEXEC);
  if (inotify_add_watch(watch, argv[1], IN_MOVED_TO) < 0) give_up(argv[1]);

  _Alignas(struct inotify_event) char buffer[4096];
  for (;;) {
    ssize_t size = read(watch, buffer, sizeof buffer);
    if (size < 0) give_up("read");
    for (char* at = buffer; at < buffer + size;) {
      at += sizeof(struct inotify_event) + ((struct inotify_event*)at)->len;
      waitpid(start(argv + 2), NULL, 0);
    }
  }
}
