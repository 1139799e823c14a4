// SPDX-License-Identifier: MIT
// The whole program between its arguments and its exit status.
#pragma once

#include "cli/command.hpp"

#include <string>
#include <vector>

namespace asyncz::cli {

// `arguments` without the program's name. Errors go to stderr, each with its hint.
ExitStatus run_application(const std::vector<std::string>& arguments);

}  // namespace asyncz::cli
