// SPDX-License-Identifier: MIT
#include "import/import_name.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace asyncz {

std::string id_stem(std::string_view name, std::string_view other)
{
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  std::string stem;
  for (const char c : name.substr(0, 40)) {
    const bool begins = stem.empty() && c == '.';
    if (!begins) stem += allowed.find(c) == std::string_view::npos ? '-' : c;
  }
  stem.erase(0, stem.find_first_not_of('-'));
  return stem.empty() ? std::string{other} : stem;
}

std::string import_tag(std::string_view kind, std::string_view file)
{
  auto tag = std::string{kind} + ':' + printable(file);
  std::ranges::replace(tag, ',', '_');
  return tag;
}

}  // namespace asyncz
