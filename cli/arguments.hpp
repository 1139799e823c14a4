// SPDX-License-Identifier: MIT
// Values of options that are no plain text.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string_view>

namespace asyncz::cli {

// A whole number of at least 0.
//   usage  naming the option
Result<std::int64_t> parse_count(std::string_view option, std::string_view text);

}  // namespace asyncz::cli
