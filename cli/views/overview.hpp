// SPDX-License-Identifier: MIT
// What `asyncz status` says, and `asyncz` alone.
#pragma once

#include "cli/command.hpp"
#include "cli/views/store_status.hpp"

namespace asyncz::cli {

// Prints how things stand, and tells.
Result<StoreStatus> print_status(Context& context, OpenStore& open);

// The same, and what one can do next.
Result<ExitStatus> print_overview(Context& context);

}  // namespace asyncz::cli
