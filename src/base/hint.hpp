// SPDX-License-Identifier: MIT
// The hint with which a mistyped word is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace asyncz {

// `did you mean list?`, where did_you_mean() of base/text.hpp has found a word; else `otherwise`.
[[nodiscard]] inline std::string hint_at(std::optional<std::string_view> meant,
                                         std::string_view otherwise = {})
{
  return meant ? "did you mean " + std::string{*meant} + "?" : std::string{otherwise};
}

}  // namespace asyncz
