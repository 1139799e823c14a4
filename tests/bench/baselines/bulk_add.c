// SPDX-License-Identifier: MIT
// The least that adding many durable files can do: create, write and link each, then one sync.
//
//   bulk_add COUNT BYTES DIRECTORY
#include "bare.h"

#include <fcntl.h>

int main(int argc, char** argv)
{
  if (argc != 4) return 2;
  int count = atoi(argv[1]);
  size_t size = (size_t)atol(argv[2]);
  char* content = calloc(1, size);
  int directory = open(argv[3], O_RDONLY | O_DIRECTORY);
  if (directory < 0) give_up(argv[3]);

  for (int i = 0; i < count; ++i) {
    int file = openat(directory, ".", O_WRONLY | O_TMPFILE, 0600);
    if (file < 0 || write(file, content, size) != (ssize_t)size) give_up("write");
    char path[64];
    char name[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    // Names without order, as random ids are.
    snprintf(name, sizeof name, "%08x.task", (unsigned)i * 2654435761U);
    if (linkat(AT_FDCWD, path, directory, name, AT_SYMLINK_FOLLOW) != 0) give_up(name);
    close(file);
  }
  if (syncfs(directory) != 0) give_up("syncfs");
  return 0;
}
