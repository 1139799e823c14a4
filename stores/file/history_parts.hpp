// SPDX-License-Identifier: MIT
// The files of a history: `WORKER-N`, which worker N appends to, and `WORKER-N.K` that it set
// aside.
#pragma once

#include "base/result.hpp"
#include "stores/file/frames.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores {

inline constexpr std::size_t largest_history_file = std::size_t{256} << 20;

// The file that is still written comes after all K.
struct Part {
  std::uint32_t worker = 0;
  std::uint32_t number = std::numeric_limits<std::uint32_t>::max();

  [[nodiscard]] bool is_closed() const
  {
    return number != std::numeric_limits<std::uint32_t>::max();
  }
  friend auto operator<=>(const Part&, const Part&) = default;
};

[[nodiscard]] std::optional<Part> parse_part(std::string_view name);
[[nodiscard]] std::string name_of(const Part& part);

// The parts of the history by worker, each worker's oldest first.
Result<std::map<std::uint32_t, std::vector<Part>>> list_parts(int dir);

Result<Frames> read_part(int dir, const Part& part);

[[nodiscard]] Error damaged(const Part& part);

}  // namespace asyncz::stores
