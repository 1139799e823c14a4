// SPDX-License-Identifier: MIT
// The words of a crontab line, between blanks and tabs, and what cannot be read as one.
#pragma once

#include "base/result.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace asyncz {

inline void skip_blanks(std::string_view& text)
{
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

inline std::string_view first_word(std::string_view text)
{
  return text.substr(0, text.find_first_of(" \t"));
}

inline std::string_view take_word(std::string_view& text)
{
  const auto word = first_word(text);
  text.remove_prefix(word.size());
  skip_blanks(text);
  return word;
}

inline Error unreadable(std::string what, std::string hint)
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

}  // namespace asyncz
