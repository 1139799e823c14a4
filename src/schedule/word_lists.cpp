// SPDX-License-Identifier: MIT
#include "schedule/word_lists.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <bit>
#include <span>

namespace asyncz {

std::string listed(const Words& words, std::string_view last_joint)
{
  if (words.empty()) return {};
  const std::span<const std::string> all{words};
  const auto but_last = all.first(words.size() - 1);
  if (but_last.empty()) return words.back();
  return joined(but_last, ", ") + fmt::format(" {} {}", last_joint, words.back());
}

Words ranges_of(std::uint64_t bits, const std::function<std::string(unsigned)>& name,
                std::string_view joint)
{
  Words out;
  while (bits != 0) {
    const auto first = static_cast<unsigned>(std::countr_zero(bits));
    const auto count = static_cast<unsigned>(std::countr_one(bits >> first));
    const auto last = first + count - 1;
    if (count >= 3) {
      out.push_back(name(first) + std::string{joint} + name(last));
    } else {
      for (auto number = first; number <= last; ++number) out.push_back(name(number));
    }
    bits &= last + 1 < 64 ? ~std::uint64_t{0} << (last + 1) : 0;
  }
  return out;
}

std::string numbered(std::string_view noun, std::uint64_t bits)
{
  const auto plain = [](unsigned number) { return std::to_string(number); };
  const auto numbers = listed(ranges_of(bits, plain, "-"), "and");
  return fmt::format("{}{} {}", noun, std::popcount(bits) == 1 ? "" : "s", numbers);
}

}  // namespace asyncz
