// SPDX-License-Identifier: MIT
// A Redis store under keys of its own, on the server of ASYNCZ_TEST_REDIS_URL.
#pragma once

#include "stores/redis/redis_store.hpp"
#include "stores/url.hpp"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace asyncz::tests {

struct RedisPlace {
  RedisPlace()
  {
    static int count = 0;
    const char* url = std::getenv("ASYNCZ_TEST_REDIS_URL");
    if (url == nullptr) std::abort();
    options.endpoint.socket = stores::parse_url(url)->path;
    options.key_prefix = std::to_string(::getpid()) + "." + std::to_string(++count) + ".";
    options.server_time = false;
  }

  [[nodiscard]] std::unique_ptr<Store> open() const
  {
    auto store = stores::open_redis_store(options);
    if (!store) std::abort();
    return *std::move(store);
  }

  stores::RedisStoreOptions options;
};

}  // namespace asyncz::tests
