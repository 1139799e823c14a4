// SPDX-License-Identifier: MIT
// What an edit changes, field by field.
#pragma once

#include "cli/command.hpp"
#include "task/task.hpp"

namespace asyncz::cli {

// A line for each field that differs; with --json an object of `{"from": …, "to": …}`. Secrets stay
// masked, but it is told that they differ.
void print_differences(Context& context, const Task& before, const Task& after, Instant now);

}  // namespace asyncz::cli
