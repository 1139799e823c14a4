// SPDX-License-Identifier: MIT
// Sets of numbers that are too wide for bits: years, microseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace asyncz {

// The numbers first, first + step … up to last.
struct Progression {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t step = 1;

  friend bool operator==(const Progression&, const Progression&) = default;
};

// A union of progressions, for what is too wide for a bit set.
class NumberSet {
 public:
  NumberSet() = default;
  explicit NumberSet(std::vector<Progression> parts) : parts_{std::move(parts)} {}

  [[nodiscard]] const std::vector<Progression>& parts() const { return parts_; }

  // The least member not below, the greatest not above.
  [[nodiscard]] std::optional<std::int64_t> at_least(std::int64_t value) const;
  [[nodiscard]] std::optional<std::int64_t> at_most(std::int64_t value) const;

 private:
  std::vector<Progression> parts_;
};

}  // namespace asyncz
