// SPDX-License-Identifier: MIT
// What an edit changes, field by field.
#pragma once

#include "cli/command.hpp"
#include "task/task.hpp"

#include <string>
#include <string_view>

namespace asyncz::cli {

// `{"from": …, "to": …}` for each field that differs; secrets stay masked, and of the environment
// only the variables that differ are named.
[[nodiscard]] ValueMap differences(const Task& before, const Task& after, Instant now);

// A line for what each field was and one for what it becomes, behind `indent`.
[[nodiscard]] std::string difference_lines(const Context& context, const ValueMap& differences,
                                           std::string_view indent = "");

// A line for each field that differs; with --json an object of `{"from": …, "to": …}`. Secrets stay
// masked, but it is told that they differ.
void print_differences(Context& context, const Task& before, const Task& after, Instant now);

}  // namespace asyncz::cli
