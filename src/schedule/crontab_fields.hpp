// SPDX-License-Identifier: MIT
// The fields of a crontab line, as cronie reads them, with `n/step`, L, W, #, H and ~ beyond that.
#pragma once

#include "base/result.hpp"
#include "schedule/cron_expression.hpp"

#include <span>
#include <string_view>

namespace asyncz {

// Five fields, or six with seconds first. `task_id` seeds the stable choices.
//   usage  what is wrong, in which field; the hint is what was probably meant
Result<CronExpression> parse_crontab_fields(std::span<const std::string_view> fields,
                                            std::string_view task_id);

}  // namespace asyncz
