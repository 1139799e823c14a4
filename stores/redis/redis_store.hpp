// SPDX-License-Identifier: MIT
// Tasks on a Redis server; asyncz-store(7) says what is under which key.
#pragma once

#include "store/store.hpp"
#include "stores/redis/connection.hpp"
#include "stores/registry.hpp"

#include <memory>
#include <string>

namespace asyncz::stores {

struct RedisStoreOptions {
  redis::Endpoint endpoint;
  std::string tasks_key = "asyncz.tasks";
  std::string run_times_key = "asyncz.run_times";
  std::string key_prefix;  // before all keys; `{…}` in it keeps them on one node of a cluster

  // Leases end by the server's clock; false: by what demands and extend() say, for tests that move
  // time by hand.
  bool server_time = true;
};

//   unavailable, denied
//   usage  the server may drop tasks, or is a cluster and the keys have no common hash tag
Result<std::unique_ptr<Store>> open_redis_store(const RedisStoreOptions& options);

// For `redis:`, `unix:` and `rediss:`.
Result<std::unique_ptr<Store>> open_redis(const Opening& opening);

}  // namespace asyncz::stores
