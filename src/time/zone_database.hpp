// SPDX-License-Identifier: MIT
// The system's time zone database as files: which names it has, and what it holds under them.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace asyncz {

struct ZoneFile {
  std::string path;
  std::string content;  // TZif
};

// The file of a zone.
//   usage  there is no zone of this name; the nearest one is the hint
Result<ZoneFile> read_zone_file(std::string_view name);

}  // namespace asyncz
