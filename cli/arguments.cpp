// SPDX-License-Identifier: MIT
#include "cli/arguments.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/core.h>

namespace asyncz::cli {

Result<std::int64_t> parse_count(std::string_view option, std::string_view text)
{
  const auto count = parse_number<std::int64_t>(text);
  if (count && *count >= 0) return *count;
  return Error{ErrorKind::usage,
               fmt::format("{} takes a number, not {}", option, shell_quoted(printable(text))), ""};
}

}  // namespace asyncz::cli
