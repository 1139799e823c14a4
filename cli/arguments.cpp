// SPDX-License-Identifier: MIT
#include "cli/arguments.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <charconv>

namespace asyncz::cli {

Result<std::int64_t> parse_count(std::string_view option, std::string_view text)
{
  std::int64_t count = -1;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, count);
  if (parsed.ec == std::errc{} && parsed.ptr == end && count >= 0) return count;
  return Error{ErrorKind::usage,
               fmt::format("{} takes a number, not {}", option, shell_quoted(printable(text))), ""};
}

}  // namespace asyncz::cli
