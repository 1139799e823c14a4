// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"

#include <array>

namespace asyncz::cli {
namespace {

// In the order in which help shows them.
constexpr std::array rows{
    CommandRow{"run", "Run a task now", make_run},
    CommandRow{"worker", "Run what is due", make_worker},
    CommandRow{"version", "Print the version and the stores built in", make_version},
    CommandRow{"help", "Explain a command", make_help},
};

}  // namespace

std::span<const CommandRow> commands() { return rows; }

}  // namespace asyncz::cli
