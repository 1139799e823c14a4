// SPDX-License-Identifier: MIT
// The time zones of many tasks, each loaded once.
#pragma once

#include "time/zone.hpp"

#include <map>
#include <string>

namespace asyncz::cli {

class Zones {
 public:
  // UTC where this host does not know the zone, so that its tasks can be shown all the same.
  const Zone& named(const std::string& name);

 private:
  std::map<std::string, Zone> loaded_;
};

}  // namespace asyncz::cli
