// SPDX-License-Identifier: MIT
#include "task/dependency.hpp"

#include "task/lifecycle.hpp"

#include <algorithm>
#include <string>

namespace asyncz {

bool waits(const Task& task)
{
  return std::any_of(task.after.begin(), task.after.end(),
                     [](const Dependency& parent) { return !parent.met; });
}

Condition strike_out(Task& waiter, std::string_view parent, bool success)
{
  const auto found =
      std::find_if(waiter.after.begin(), waiter.after.end(),
                   [&](const Dependency& other) { return other.id == parent && !other.met; });
  if (found == waiter.after.end()) return Condition::unchanged;
  if (!success && !found->any_end) return Condition::impossible;
  found->met = true;
  return Condition::met;
}

Run cancelled_waiter(const StoredTask& waiter, std::string_view parent, Instant now)
{
  auto run = run_of(waiter, {waiter.progress.due.value_or(now), 1});
  run.state = RunState::cancelled;
  run.end = now;
  run.reason = "task " + std::string{parent} + ", which it was to follow, did not succeed";
  return run;
}

}  // namespace asyncz
