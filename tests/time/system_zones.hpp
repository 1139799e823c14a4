// SPDX-License-Identifier: MIT
// Every zone of the system's database, for tests that hold in all of them.
#pragma once

#include "time/zone.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

// By name; UTC alone where there is no database.
inline std::vector<asyncz::Zone> system_zones()
{
  namespace fs = std::filesystem;
  const fs::path root = "/usr/share/zoneinfo";
  std::vector<asyncz::Zone> zones;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator{root, none}) {
    if (!entry.is_regular_file()) continue;
    auto zone = asyncz::Zone::load(fs::relative(entry.path(), root).string());
    if (zone) zones.push_back(*std::move(zone));
  }
  if (zones.empty()) zones.emplace_back();
  std::ranges::sort(zones, {}, &asyncz::Zone::name);
  return zones;
}
