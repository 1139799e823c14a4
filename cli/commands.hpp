// SPDX-License-Identifier: MIT
// The makers of the commands, each defined in its cmd_<name>.cpp.
#pragma once

#include "cli/command.hpp"

#include <memory>

namespace asyncz::cli {

std::unique_ptr<Command> make_help();
std::unique_ptr<Command> make_run();
std::unique_ptr<Command> make_version();
std::unique_ptr<Command> make_worker();

}  // namespace asyncz::cli
