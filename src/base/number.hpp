// SPDX-License-Identifier: MIT
// Numbers out of text.
#pragma once

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace asyncz {

// The number that is the whole text, in digits of this base (10 for a double); `-` may stand before
// a signed one. Nothing where the text is anything else, or out of Number's range.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, int base = 10)
{
  Number number{};
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, base);
  return read.ec == std::errc{} && read.ptr == end ? std::optional{number} : std::nullopt;
}

// from_chars() would have every start of the program load libm. No locale changes how numbers look.
template <>
[[nodiscard]] inline std::optional<double> parse_number(std::string_view text, int)
{
  if (text.empty() || text[0] == '+') return std::nullopt;
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  const std::string whole{text};
  char* end = nullptr;
  errno = 0;
  const double number = std::strtod(whole.c_str(), &end);
  return *end == '\0' && errno == 0 ? std::optional{number} : std::nullopt;
}

}  // namespace asyncz
