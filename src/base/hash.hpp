// SPDX-License-Identifier: MIT
// FNV-1a of 64 bits: a hash that means the same in every process and every build.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>

namespace asyncz {

inline constexpr std::uint64_t fnv1a_start = 0xCBF29CE484222325;

[[nodiscard]] inline std::uint64_t fnv1a(ByteView bytes, std::uint64_t hash = fnv1a_start)
{
  for (const auto byte : bytes) hash = (hash ^ byte) * 0x100000001B3;
  return hash;
}

}  // namespace asyncz
