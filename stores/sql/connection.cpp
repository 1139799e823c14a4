// SPDX-License-Identifier: MIT
#include "stores/sql/connection.hpp"

namespace asyncz::stores {

Result<std::vector<std::size_t>> SqlConnection::run_all(std::span<const SqlStep> steps)
{
  const bool alone = steps.size() == 1;
  std::vector<std::size_t> changed;
  if (!alone) {
    if (auto begun = begin(); !begun) return begun.error();
  }
  for (const auto& step : steps) {
    const auto done = run(step.statement, step.values, {});
    if (!done) {
      if (!alone) rollback();
      return done.error();
    }
    changed.push_back(*done);
  }
  if (alone) return changed;
  if (auto done = commit(); !done) {
    rollback();
    return done.error();
  }
  return changed;
}

}  // namespace asyncz::stores
