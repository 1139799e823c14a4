// SPDX-License-Identifier: MIT
// Which records a demand means, and in which order they are handed out.
#pragma once

#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace asyncz {

// How many tasks of this queue are wanted at most; 0: none.
[[nodiscard]] std::size_t wanted_of(const Demand& demand, std::string_view queue);

// The order of get_due_tasks: priority (higher first), then moment, then id.
[[nodiscard]] bool is_before(const Record& a, const Record& b);

// Sorts candidates, all of them due, and keeps those that the demand's limits admit.
void choose(std::vector<Record>& candidates, const Demand& demand);

// Counts what has been taken against a demand's limits.
class Allowance {
 public:
  explicit Allowance(const Demand& demand) : demand_{demand} {}

  // Whether one more of this queue may be taken.
  [[nodiscard]] bool admits(std::string_view queue) const;
  void take(std::string_view queue);
  [[nodiscard]] bool spent() const { return total_ >= demand_.limit; }

 private:
  const Demand& demand_;
  std::size_t total_ = 0;
  std::vector<std::pair<std::string, std::size_t>> taken_;
};

}  // namespace asyncz
