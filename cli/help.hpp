// SPDX-License-Identifier: MIT
// What `--help` prints.
#pragma once

#include "cli/command.hpp"

#include <string>

namespace asyncz::cli {

// Usage, summary and options of one command.
[[nodiscard]] std::string help_text(const CommandRow& row);

// All commands and the global options.
[[nodiscard]] std::string help_text();

}  // namespace asyncz::cli
