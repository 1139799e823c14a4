// SPDX-License-Identifier: MIT
// asyncz: runs commands at the right time, once, and never forgets one.
#include "cli/application.hpp"

#include <string>
#include <vector>

int main(int count, char** words)
{
  return asyncz::cli::run_application({words + (count > 0 ? 1 : 0), words + count});
}
