// SPDX-License-Identifier: MIT
// Numbers out of text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace asyncz {

// The number that is the whole text, in digits of this base (10 for a floating-point Number); `-`
// may stand before a signed one. Nothing where the text is anything else, or out of Number's range.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, int base = 10)
{
  Number number{};
  const char* const end = text.data() + text.size();
  std::from_chars_result read{};
  if constexpr (std::is_floating_point_v<Number>) {
    read = std::from_chars(text.data(), end, number);
  } else {
    read = std::from_chars(text.data(), end, number, base);
  }
  return read.ec == std::errc{} && read.ptr == end ? std::optional{number} : std::nullopt;
}

}  // namespace asyncz
