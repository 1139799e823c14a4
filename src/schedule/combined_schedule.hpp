// SPDX-License-Identifier: MIT
// Schedules made of others: the earliest of any, the earliest that all agree on, a part of one.
#pragma once

#include "schedule/trigger.hpp"

#include <memory>
#include <vector>

namespace asyncz {

using Schedules = std::vector<std::unique_ptr<const Schedule>>;

// The times of any of the children, each once.
std::unique_ptr<const Schedule> any_of(Schedules children);

// The times that all children share. A search that has found no agreement after a fixed number of
// steps ends with `failed`.
std::unique_ptr<const Schedule> all_of(Schedules children);

// The times from `start` to `end`, both inclusive.
std::unique_ptr<const Schedule> within(std::unique_ptr<const Schedule> schedule,
                                       std::optional<Instant> start, std::optional<Instant> end);

}  // namespace asyncz
