// SPDX-License-Identifier: MIT
// What a run has printed: its log, or what the history has kept of it.
#pragma once

#include "base/result.hpp"
#include "cli/runs/resolve.hpp"
#include "vault/vault.hpp"

#include <string>

namespace asyncz::cli {

struct RunOutput {
  std::string text;
  bool only_end = false;  // this machine does not have all of it
};

//   not_found  it goes on, and has printed nothing on this machine
//   corrupt    as read_log()
Result<RunOutput> read_output(Vault& vault, const NamedRun& run);

}  // namespace asyncz::cli
