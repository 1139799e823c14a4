// SPDX-License-Identifier: MIT
// Lists and sets of numbers as they are said.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

using Words = std::vector<std::string>;

// "a, b and c"
[[nodiscard]] std::string listed(const Words& words, std::string_view last_joint);

// The numbers of a bit set, three or more in a row as a range.
[[nodiscard]] Words ranges_of(std::uint64_t bits, const std::function<std::string(unsigned)>& name,
                              std::string_view joint);

// "hour 3", "hours 9-17 and 20"
[[nodiscard]] std::string numbered(std::string_view noun, std::uint64_t bits);

}  // namespace asyncz
