// SPDX-License-Identifier: MIT
// What whoever looks after a Redis store should know of its server.
#pragma once

#include "store/store.hpp"
#include "stores/redis/server.hpp"

#include <vector>

namespace asyncz::stores::redis {

// Persistence, memory, clock, and whether the index agrees with the records.
Result<std::vector<Store::Trait>> examine(Server& server);

}  // namespace asyncz::stores::redis
