// SPDX-License-Identifier: MIT
// Makes a store agree with tasks that a file declares: shared by `apply` and `worker --load`.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "config/declared_task.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// What is to be done with one task.
struct ApplyStep {
  enum class Kind : std::uint8_t {
    add,
    change,
    remove,  // an earlier apply of this file added it, and the file no longer has it
    keep,    // it is as the file says
    done,    // it is not in the store because it has run, or because no time is left
  };
  Kind kind = Kind::keep;
  std::string id;
  const DeclaredTask* declared = nullptr;  // but for `remove`
  Task before;                             // change
  Task after;                              // add, change
};

[[nodiscard]] std::string_view apply_kind_text(ApplyStep::Kind kind);

// A file of tasks in one store. `file` is its absolute name.
class Applier {
 public:
  // `open` is null where the store does not exist yet.
  Applier(OpenStore* open, std::string_view file, Instant now);

  // What is to be done, in the order of the file, then what is to be removed. Writes nothing.
  // `declared` outlives the steps.
  Result<std::vector<ApplyStep>> plan(const DeclaredTasks& declared, bool prune);

  // Does one of the steps.
  //   conflict  a task that was to be added was added by somebody else meanwhile
  Status carry_out(const ApplyStep& step);

 private:
  Result<ApplyStep> step_for(const DeclaredTask& declared);
  [[nodiscard]] Task wanted(const DeclaredTask& declared, const Task& present) const;
  Result<bool> is_done(const DeclaredTask& declared);

  OpenStore* open_;
  std::string tag_;
  Instant now_;
};

// The tag of tasks that an apply of this file has added.
[[nodiscard]] std::string apply_tag(std::string_view file);

// The tasks that a file declares, with the configuration's defaults.
//   usage  it cannot be read, or is no TOML
Result<DeclaredTasks> read_tasks_of(Context& context, const std::string& file);

}  // namespace asyncz::cli
