// SPDX-License-Identifier: MIT
// Which tasks a command means: by ids, or by what they have in common.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/views/task_view.hpp"
#include "task/stored_task.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// Whether the task has all of these.
[[nodiscard]] bool has_tags(const Task& task, const std::vector<std::string>& tags);

// Conditions that must all hold.
class TaskFilter {
 public:
  void declare(Options& options);

  [[nodiscard]] bool given() const { return queue_ || !tags_.empty() || state_; }
  [[nodiscard]] bool only_queue() const { return queue_ && tags_.empty() && !state_; }
  [[nodiscard]] const std::optional<std::string>& queue() const { return queue_; }

  // Those that cost nothing to check.
  [[nodiscard]] bool matches(const Task& task) const;
  [[nodiscard]] bool matches(TaskState state) const;

 private:
  std::optional<std::string> queue_;
  std::vector<std::string> tags_;
  std::optional<std::string> state_;
};

// The words and options of commands that take tasks by name or by what they have in common.
class Selection {
 public:
  void declare(Options& options, std::string_view metavar = "ID",
               std::string_view help = "Tasks, by id or its beginning",
               WordKind kind = WordKind::task);

  [[nodiscard]] bool is_queue_alone() const
  {
    return words_.empty() && !all_ && filter_.only_queue();
  }
  [[nodiscard]] const TaskFilter& filter() const { return filter_; }
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

  // Whether tasks are meant by what they have in common.
  //   usage  neither words nor a condition; both
  [[nodiscard]] Result<bool> by_condition() const;

  // The tasks that fulfil the conditions, and are in state `only` where it is given. Asks first on
  // a terminal, and elsewhere wants --yes; an empty answer when the user says no. What cannot be
  // read is reported and spoils `status`.
  //   usage  no --yes
  Result<std::vector<std::string>> matching(Context& context, OpenStore& open,
                                            std::string_view verb, ExitStatus& status,
                                            std::optional<TaskState> only = {}) const;

  // The ids that are meant either way. Words that name nothing are reported and spoil `status`, the
  // others go on.
  Result<std::vector<std::string>> choose(Context& context, OpenStore& open, std::string_view verb,
                                          ExitStatus& status) const;

 private:
  std::vector<std::string> words_;
  TaskFilter filter_;
  bool all_ = false;
  bool yes_ = false;
};

// Asks on the terminal; anything but y or yes is no.
bool confirmed(Context& context, std::string_view question);

}  // namespace asyncz::cli
