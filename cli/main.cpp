// SPDX-License-Identifier: MIT
// asyncz: runs commands at the right time, once, and never forgets one.
#include "cli/application.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace {

// Where it was started without one of them, nothing else that is opened may take its number: what
// is said would go into a file of the store. Using it is an error as before.
void hold_standard_descriptors()
{
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

}  // namespace

int main(int count, char** words)
{
  hold_standard_descriptors();
  return asyncz::cli::run_application({words + (count > 0 ? 1 : 0), words + count});
}
