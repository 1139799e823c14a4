// SPDX-License-Identifier: MIT
#include "cli/views/zones.hpp"

#include <utility>

namespace asyncz::cli {

const Zone& Zones::named(const std::string& name)
{
  const auto known = loaded_.find(name);
  if (known != loaded_.end()) return known->second;
  Result<Zone> zone = Zone::load(name);
  return loaded_.emplace(name, zone ? std::move(*zone) : Zone{}).first->second;
}

}  // namespace asyncz::cli
