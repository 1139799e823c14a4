// SPDX-License-Identifier: MIT
// What a service unit says besides its commands: environment, user, limits, time limits.
#pragma once

#include "import/systemd_task.hpp"

namespace asyncz {

// Sets the fields of result.task; settings that have none are added to result.lost.
void set_service(TimerTask& result, const TimerUnits& units);

}  // namespace asyncz
