// SPDX-License-Identifier: MIT
#include "vault/recorded_runs.hpp"

#include <algorithm>

namespace asyncz {

Result<std::optional<std::uint64_t>> RecordedRuns::last_of(
    Store& store, std::uint64_t task_tag, std::pair<std::uint64_t, std::uint64_t> fences,
    Instant now)
{
  const bool fresh = read_at_ && *read_at_ <= now && now < *read_at_ + fresh_for;
  if (!fresh) {
    if (auto status = read(store, now); !status) return status.error();
  }
  const auto after =
      std::upper_bound(runs_.begin(), runs_.end(), std::pair{task_tag, fences.second});
  if (after == runs_.begin()) return std::optional<std::uint64_t>{};
  const auto& [tag, fence] = *std::prev(after);
  const bool found = tag == task_tag && fence >= fences.first;
  return found ? std::optional{fence} : std::nullopt;
}

Status RecordedRuns::read(Store& store, Instant now)
{
  runs_.clear();
  // What cannot be read there stops no task.
  const auto status = store.runs({}, [&](const Result<RunRecord>& run) {
    if (run && run->part == 0) runs_.emplace_back(run->task_tag, run->fence);
    return true;
  });
  if (!status && status.error().kind == ErrorKind::unavailable) return status;
  std::sort(runs_.begin(), runs_.end());
  read_at_ = now;
  return {};
}

}  // namespace asyncz
