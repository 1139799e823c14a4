// SPDX-License-Identifier: MIT
// A command line, read: which command, with its options and the global ones filled in.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"

#include <memory>
#include <span>
#include <string>

namespace asyncz::cli {

struct Invocation {
  enum class Wish : std::uint8_t { run, help, version };
  Wish wish = Wish::run;
  Globals globals;
  const CommandRow* row = nullptr;   // null: no command was given
  std::unique_ptr<Command> command;  // its options hold what was given
};

// Only the options of the command that is named are built. `arguments` are those of main() without
// the program's name.
//   usage  an unknown command or option (with the nearest known one), a value that is missing or
//          none of the choices, too few or too many words
Result<Invocation> parse(std::span<const std::string> arguments);

}  // namespace asyncz::cli
