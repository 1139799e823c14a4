// SPDX-License-Identifier: MIT
// asyncz doctor --conformance: what a store reaches of what every store promises.
#pragma once

#include "cli/command.hpp"

namespace asyncz::cli {

// 0 where nothing is wrong, else 1.
//   conflict  the store is not empty
//   and what opening it gives
Result<ExitStatus> try_conformance(Context& context);

}  // namespace asyncz::cli
