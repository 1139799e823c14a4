// SPDX-License-Identifier: MIT
// Unsigned numbers as little-endian bytes, whatever the host's order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace asyncz::stores {

template <class Unsigned>
void put_le(std::uint8_t* bytes, Unsigned value)
{
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    bytes[i] = static_cast<std::uint8_t>(std::uint64_t{value} >> (8 * i));
  }
}

template <class Unsigned>
[[nodiscard]] Unsigned get_le(const std::uint8_t* bytes)
{
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return static_cast<Unsigned>(value);
}

}  // namespace asyncz::stores
