// SPDX-License-Identifier: MIT
// The least that running commands can do: vfork, exec and wait, CONCURRENCY at a time.
//
//   spawn_loop COUNT CONCURRENCY COMMAND…
#include "bare.h"

#include <sys/wait.h>

int main(int argc, char** argv)
{
  if (argc < 4) return 2;
  int count = atoi(argv[1]);
  int free_slots = atoi(argv[2]);
  for (int i = 0; i < count; ++i) {
    if (free_slots > 0) {
      --free_slots;
    } else {
      waitpid(-1, NULL, 0);
    }
    start(argv + 3);
  }
  while (waitpid(-1, NULL, 0) > 0) continue;
  return 0;
}
