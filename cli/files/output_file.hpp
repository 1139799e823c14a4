// SPDX-License-Identifier: MIT
// A file that a command writes, whole or not at all.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace asyncz::cli {

enum class Sharing : std::uint8_t {
  owner,      // mode 0600; durable on return
  everybody,  // mode 0644, for what is soon replaced
};

// Puts `text` into a file in place of what was there. What is no plain file (a pipe, a terminal) is
// written to as it is.
//   denied, failed
Status write_output(const std::string& file, std::string_view text,
                    Sharing sharing = Sharing::owner);

}  // namespace asyncz::cli
