// SPDX-License-Identifier: MIT
#include "cli/tasks/after_options.hpp"

#include "base/text.hpp"
#include "cli/runs/resolve.hpp"

namespace asyncz::cli {

void AfterOptions::declare(Options& options)
{
  options.values("--after", success_, "ID,…", "Run after these tasks have succeeded",
                 WordKind::task);
  options.values("--after-any", any_, "ID,…", "Run after these tasks have ended, however they do",
                 WordKind::task);
}

void AfterOptions::apply(Task& task) const
{
  const auto add = [&](const std::vector<std::string>& lists, bool any_end) {
    for (const auto& list : lists) {
      for (const auto id : split(list, ',')) task.after.push_back({std::string{id}, any_end});
    }
  };
  add(success_, false);
  add(any_, true);
}

Status resolve_parents(Vault& vault, Task& task)
{
  for (auto& parent : task.after) {
    auto named = resolve_task(vault, parent.id);
    if (!named) return named.error().in("--after");
    parent.id = std::move(named->id);
  }
  return {};
}

}  // namespace asyncz::cli
