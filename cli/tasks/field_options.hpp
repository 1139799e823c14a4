// SPDX-License-Identifier: MIT
// The options that set fields of a task: shared by `add` and `update`.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "task/fields.hpp"
#include "task/task.hpp"

#include <optional>
#include <string>
#include <vector>

namespace asyncz::cli {

// One for each field that a text can give, under its name with hyphens. What has a form of its own
// (the id, the command, the schedule, environment, input) is not among them.
class FieldOptions {
 public:
  FieldOptions();

  void declare(Options& options);

  [[nodiscard]] bool given() const;

  // Sets the fields that were given.
  //   usage  a value that cannot be read, naming the field
  Status apply(Task& task, const FieldContext& context) const;

 private:
  struct Slot {
    const Field* field;
    std::optional<std::string> text;
    std::vector<std::string> texts;  // maps: the option may be repeated
    bool yes = false;                // booleans: --field
    bool no = false;                 // booleans: --no-field
  };

  std::vector<Slot> slots_;
  std::vector<std::string> tags_;
};

// The environment that a task gets.
class EnvironmentOptions {
 public:
  void declare(Options& options);

  [[nodiscard]] bool given() const;

  // `capture`: what is done where neither --capture-env nor --no-capture-env was given. Capturing
  // replaces what the task had.
  //   usage  a name that is none; a file that cannot be read
  Status apply(Task& task, bool capture) const;

 private:
  void unset_variables(Task& task) const;

  std::vector<std::string> set_;
  std::vector<std::string> unset_;
  std::vector<std::string> files_;
  bool capture_ = false;
  bool no_capture_ = false;
};

// What the command reads.
class InputOptions {
 public:
  void declare(Options& options);

  [[nodiscard]] bool given() const { return text_ || file_; }

  //   usage  both were given; a file that cannot be read; more than 1 MiB
  Status apply(Task& task) const;

 private:
  std::optional<std::string> text_;
  std::optional<std::string> file_;
};

}  // namespace asyncz::cli
