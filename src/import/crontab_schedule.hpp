// SPDX-License-Identifier: MIT
// The schedule that a crontab line begins with.
#pragma once

#include "base/result.hpp"
#include "import/cron_dialect.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// Takes five fields or a nickname from the line, which goes on with what follows them. What was
// written in another way here is among the warnings. The values of fields are checked only where a
// dialect is given.
//   usage
Result<std::string> take_schedule(std::string_view& line, std::optional<CronDialect> dialect,
                                  std::vector<std::string>& warnings);

}  // namespace asyncz
