// SPDX-License-Identifier: MIT
// Unsigned numbers as little-endian bytes, whatever the host's order.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace asyncz::stores {

template <class Unsigned>
void put_le(std::uint8_t* bytes, Unsigned value)
{
  std::array<std::uint8_t, sizeof value> own{};
  std::memcpy(own.data(), &value, sizeof value);
  if constexpr (std::endian::native == std::endian::big) std::reverse(own.begin(), own.end());
  std::memcpy(bytes, own.data(), sizeof value);
}

template <class Unsigned>
[[nodiscard]] Unsigned get_le(const std::uint8_t* bytes)
{
  Unsigned value = 0;
  std::array<std::uint8_t, sizeof value> own{};
  std::memcpy(own.data(), bytes, sizeof value);
  if constexpr (std::endian::native == std::endian::big) std::reverse(own.begin(), own.end());
  std::memcpy(&value, own.data(), sizeof value);
  return value;
}

}  // namespace asyncz::stores
