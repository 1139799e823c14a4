// SPDX-License-Identifier: MIT
// What `asyncz` alone prints: how things stand, and what one can do next.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"

namespace asyncz::cli {

//   and what opening the store gives
Result<ExitStatus> print_overview(Context& context);

}  // namespace asyncz::cli
