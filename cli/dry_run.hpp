// SPDX-License-Identifier: MIT
// Adding tasks without adding them: whether their ids are free.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"

#include <optional>
#include <set>
#include <string>

namespace asyncz::cli {

class DryRun {
 public:
  // Looks at the store as it is; a missing one is empty. With `replace` no id is taken.
  static Result<DryRun> of(Context& context, bool replace);

  //   conflict  the store has a task of this id, or one was added here before
  Status add(const std::string& id);

 private:
  explicit DryRun(bool replace) : replace_{replace} {}

  bool replace_;
  std::optional<OpenStore> open_;
  std::set<std::string> added_;
};

}  // namespace asyncz::cli
