// SPDX-License-Identifier: MIT
// A terminal on which one picture takes the place of the one before.
#pragma once

#include "cli/command.hpp"

#include <string_view>

namespace asyncz::cli {

class Screen {
 public:
  // Clears it. `context` outlives the screen, and its stdout is a terminal.
  explicit Screen(Context& context);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  // Leaves the last picture, and the cursor below it.
  ~Screen();

  // What does not fit is cut off.
  void draw(std::string_view lines);

 private:
  Context& context_;
};

}  // namespace asyncz::cli
