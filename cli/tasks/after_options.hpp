// SPDX-License-Identifier: MIT
// `--after` and `--after-any`: the tasks that must end before a new one may run.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "task/task.hpp"
#include "vault/vault.hpp"

#include <string>
#include <vector>

namespace asyncz::cli {

class AfterOptions {
 public:
  void declare(Options& options);

  // As they were written.
  void apply(Task& task) const;

 private:
  std::vector<std::string> success_;
  std::vector<std::string> any_;
};

// Makes whole ids of beginnings, by what the store and the history hold.
//   not_found  nothing is called so, or several are
Status resolve_parents(Vault& vault, Task& task);

}  // namespace asyncz::cli
