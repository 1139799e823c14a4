// SPDX-License-Identifier: MIT
// Adding tasks without adding them: whether their ids are free, and what they are to follow is
// there.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "task/task.hpp"

#include <map>
#include <optional>
#include <string>

namespace asyncz::cli {

class DryRun {
 public:
  // Looks at the store as it is; a missing one is empty. With `replace` no id is taken.
  static Result<DryRun> of(Context& context, bool replace);

  // What `after` names, by id or its beginning, as ids.
  //   not_found  it names none
  Status resolve(Task& task);

  //   conflict   the store has a task of this id, or one was added here before
  //   not_found  nobody knows a task that it is to follow
  //   usage      what it is to follow is recurring, or follows this one
  Status add(const Task& task);

 private:
  explicit DryRun(bool replace) : replace_{replace} {}

  Status check_free(const Task& task);
  Status check_parents(const Task& task);

  bool replace_;
  std::optional<OpenStore> open_;      // none where there is no store
  std::map<std::string, bool> added_;  // whether it recurs
};

}  // namespace asyncz::cli
