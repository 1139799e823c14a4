// SPDX-License-Identifier: MIT
// The least that a durable add can do: a new file of BYTES bytes, it and its directory synced.
//
//   durable_add DIRECTORY BYTES
#include "bare.h"

#include <fcntl.h>

int main(int argc, char** argv)
{
  if (argc != 3) return 2;
  size_t size = (size_t)atol(argv[2]);
  char name[64];
  snprintf(name, sizeof name, "%lld-%d.task", (long long)microseconds(CLOCK_REALTIME), getpid());

  int directory = open(argv[1], O_RDONLY | O_DIRECTORY);
  int file = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
  char* content = calloc(1, size);
  if (file < 0 || write(file, content, size) != (ssize_t)size) give_up(name);
  if (fsync(file) != 0 || fsync(directory) != 0) give_up("fsync");
  return 0;
}
