// SPDX-License-Identifier: MIT
// Which tasks a command means: by ids, or by what they have in common.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/task_view.hpp"
#include "task/stored_task.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// Conditions that must all hold.
class TaskFilter {
 public:
  void declare(Options& options);

  [[nodiscard]] bool given() const { return queue_ || tag_ || state_; }
  [[nodiscard]] bool only_queue() const { return queue_ && !tag_ && !state_; }
  [[nodiscard]] const std::optional<std::string>& queue() const { return queue_; }

  // Those that cost nothing to check.
  [[nodiscard]] bool matches(const Task& task) const;
  [[nodiscard]] bool matches(TaskState state) const;

 private:
  std::optional<std::string> queue_;
  std::optional<std::string> tag_;
  std::optional<std::string> state_;
};

// The words and options of `remove`, `pause` and `resume`.
class Selection {
 public:
  void declare(Options& options);

  [[nodiscard]] bool is_queue_alone() const
  {
    return ids_.empty() && !all_ && filter_.only_queue();
  }
  [[nodiscard]] const TaskFilter& filter() const { return filter_; }

  // The ids that are meant. Without ids in words it asks first on a terminal, and elsewhere wants
  // --yes; an empty answer when the user says no. Ids that name nothing are reported and spoil
  // `status`, the others go on.
  //   usage  neither ids nor a condition; both; no --yes
  Result<std::vector<std::string>> choose(Context& context, OpenStore& open, std::string_view verb,
                                          ExitStatus& status) const;

 private:
  Result<std::vector<std::string>> matching(Context& context, OpenStore& open,
                                            ExitStatus& status) const;

  std::vector<std::string> ids_;
  TaskFilter filter_;
  bool all_ = false;
  bool yes_ = false;
};

// Asks on the terminal; anything but y or yes is no.
bool confirmed(Context& context, std::string_view question);

}  // namespace asyncz::cli
