// SPDX-License-Identifier: MIT
#include "task/hook.hpp"

#include <optional>
#include <string_view>

namespace asyncz {

bool has_hooks(const Task& task) { return task.on_success || task.on_failure || task.on_end; }

std::vector<Hook> hooks_of(const Task& task, const Run& run)
{
  std::vector<Hook> hooks;
  const auto add = [&](std::string_view name, const std::optional<std::string>& command) {
    if (command) hooks.push_back({std::string{name}, *command});
  };
  switch (run.state) {
    case RunState::succeeded:
      add("on_success", task.on_success);
      break;
    case RunState::failed:
    case RunState::timed_out:
    case RunState::lost:
      add("on_failure", task.on_failure);
      break;
    case RunState::cancelled:
      break;
    case RunState::running:
    case RunState::missed:
    case RunState::skipped:
      return hooks;
  }
  add("on_end", task.on_end);
  return hooks;
}

}  // namespace asyncz
