// SPDX-License-Identifier: MIT
// What a run may use at most: the limits of setrlimit(2).
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace asyncz {

struct ResourceLimit {
  std::string name;         // without RLIMIT_, in lower case
  std::uint64_t value = 0;  // seconds for cpu, bytes for sizes, else a count

  friend bool operator==(const ResourceLimit&, const ResourceLimit&) = default;
};

inline constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

[[nodiscard]] std::span<const std::string_view> limit_names();

// A limit by its name (`memory` is another word for as, `files` for nofile) and a number or a text:
// `unlimited`, `60s` for cpu, `512M` for all others.
//   usage
Result<ResourceLimit> read_limit(std::string_view name, const Value& value);

// Its value as read_limit() takes it.
[[nodiscard]] Value limit_value(const ResourceLimit& limit);

// `1024`, `64K`, `512M`: units of 1024, up to E.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace asyncz
