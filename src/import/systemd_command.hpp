// SPDX-License-Identifier: MIT
// What the Exec… lines of a service unit come to.
#pragma once

#include "import/systemd_unit.hpp"

#include <optional>
#include <string>
#include <vector>

namespace asyncz {

struct UnitCommand {
  std::vector<std::string> argv;
  bool shell = false;  // one text for /bin/sh
};

// One command without variables is an argument vector; several of them, variables and a `-` before
// a command are written for the shell, quoted so that it sees the words that systemd would.
// Nothing where it cannot be carried over whole; `problems` tells why.
std::optional<UnitCommand> command_of(const Unit& service, const UnitNames& names,
                                      std::vector<UnitRemark>& problems);

}  // namespace asyncz
