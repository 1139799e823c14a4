// SPDX-License-Identifier: MIT
// Files that the user names on the command line.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <string>

namespace asyncz::cli {

// Opened for reading; none for `-`, which is standard input.
//   usage, denied
Result<UniqueFd> open_named_file(const std::string& name);

// What an errno of reading it means to the user.
[[nodiscard]] Error unreadable_file(const std::string& name, int code);

// The content of a file, or of standard input for `-`.
//   usage   it cannot be read, or is larger than `most` bytes
//   denied
Result<std::string> read_file_or_stdin(const std::string& name, std::size_t most);

// The absolute name of a file, without `.` and `..`; `-` as it is.
[[nodiscard]] std::string full_name(const std::string& name);

}  // namespace asyncz::cli
