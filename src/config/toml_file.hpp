// SPDX-License-Identifier: MIT
// TOML with the lines its keys stand on, so that complaints about settings can name them.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"

#include <map>
#include <string>
#include <string_view>

namespace asyncz {

struct TomlFile {
  std::string name;
  Value root;  // a map, keys in the order in which they stand; times are their RFC 3339 text
  std::map<std::string, int> lines;  // `worker.lease` → 7

  // `FILE:LINE`, or the file's name alone where the key is not known.
  [[nodiscard]] std::string place(const std::string& key) const;
};

//   usage  file, line, column
Result<TomlFile> parse_toml(std::string_view text, std::string_view name);

}  // namespace asyncz
