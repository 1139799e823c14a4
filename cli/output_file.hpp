// SPDX-License-Identifier: MIT
// A file that a command writes, whole or not at all.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace asyncz::cli {

// Puts `text` into a file of mode 0600 in place of what was there. What is no plain file (a pipe, a
// terminal) is written to as it is.
//   denied, failed
Status write_output(const std::string& file, std::string_view text);

}  // namespace asyncz::cli
