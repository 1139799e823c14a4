// SPDX-License-Identifier: MIT
// Which runs the history holds, by tag and fence: read in one pass, and kept for a while.
#pragma once

#include "base/result.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace asyncz {

class RecordedRuns {
 public:
  // How old an answer may be.
  static constexpr Duration fresh_for = std::chrono::minutes{1};

  // The last fence from `first` to `last` with which a run of this task ended, if there is one.
  //   unavailable
  Result<std::optional<std::uint64_t>> last_of(Store& store, std::uint64_t task_tag,
                                               std::pair<std::uint64_t, std::uint64_t> fences,
                                               Instant now);

 private:
  Status read(Store& store, Instant now);

  std::vector<std::pair<std::uint64_t, std::uint64_t>> runs_;  // tag and fence, sorted
  std::optional<Instant> read_at_;
};

}  // namespace asyncz
