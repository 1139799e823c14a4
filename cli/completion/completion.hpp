// SPDX-License-Identifier: MIT
// What makes a shell complete asyncz command lines: made from the declarations of the commands.
#pragma once

#include <string>

namespace asyncz::cli {

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

}  // namespace asyncz::cli
