// SPDX-License-Identifier: MIT
// Messages with priorities, for a standard error that systemd's journal reads: sd-daemon(3).
#pragma once

#include "run/worker_log.hpp"

#include <string_view>

namespace asyncz::cli {

// What a line of this severity begins with: `<4>`, or nothing where stderr goes elsewhere.
[[nodiscard]] std::string_view journal_prefix(Severity severity);

}  // namespace asyncz::cli
