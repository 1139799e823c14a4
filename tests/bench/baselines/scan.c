// SPDX-License-Identifier: MIT
// The least that knowing every task can do: each directory entry and the first 128 bytes of each
// file.
//
//   scan DIRECTORY
#include "bare.h"

#include <dirent.h>
#include <fcntl.h>

int main(int argc, char** argv)
{
  if (argc != 2) return 2;
  DIR* directory = opendir(argv[1]);
  if (!directory) give_up(argv[1]);
  unsigned sum = 0;
  for (struct dirent* entry = readdir(directory); entry; entry = readdir(directory)) {
    if (entry->d_type != DT_REG) continue;
    int file = openat(dirfd(directory), entry->d_name, O_RDONLY | O_CLOEXEC);
    unsigned char prefix[128];
    if (file < 0 || read(file, prefix, sizeof prefix) < 0) give_up(entry->d_name);
    sum += prefix[0];
    close(file);
  }
  printf("%u\n", sum);
  return 0;
}
