// SPDX-License-Identifier: MIT
// Every command with what it declares, for what is made from all of them.
#pragma once

#include "cli/declarations.hpp"

#include <memory>
#include <vector>

namespace asyncz::cli {

struct DeclaredCommand {
  const CommandRow* row = nullptr;
  std::unique_ptr<Command> command;  // owns what the options point to
  Declarations declared;             // without the global options
};

inline std::vector<DeclaredCommand> declared_commands()
{
  std::vector<DeclaredCommand> all;
  for (const CommandRow& row : commands()) {
    DeclaredCommand each{&row, row.make(), {}};
    each.command->declare(each.declared);
    all.push_back(std::move(each));
  }
  return all;
}

}  // namespace asyncz::cli
