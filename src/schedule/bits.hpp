// SPDX-License-Identifier: MIT
// Sets of small numbers as the bits of an unsigned word.
#pragma once

#include <bit>

namespace asyncz {

// Bits from `first` on, and bits up to `last`; both may lie outside the word.
template <class Bits>
[[nodiscard]] constexpr Bits bits_from(Bits bits, unsigned first)
{
  return first < sizeof(Bits) * 8 ? bits & (~Bits{0} << first) : 0;
}

template <class Bits>
[[nodiscard]] constexpr Bits bits_until(Bits bits, int last)
{
  const auto width = static_cast<int>(sizeof(Bits) * 8);
  if (last < 0) return 0;
  return last + 1 < width ? bits & ((Bits{1} << (last + 1)) - 1) : bits;
}

template <class Bits>
[[nodiscard]] constexpr unsigned lowest(Bits bits)
{
  return static_cast<unsigned>(std::countr_zero(bits));
}

template <class Bits>
[[nodiscard]] constexpr unsigned highest(Bits bits)
{
  return static_cast<unsigned>(std::bit_width(bits)) - 1;
}

}  // namespace asyncz
