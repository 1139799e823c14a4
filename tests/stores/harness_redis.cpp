// SPDX-License-Identifier: MIT
// The conformance suite's Redis store, on the server of ASYNCZ_TEST_REDIS_URL.
#include "stores/conformance.hpp"

#include "stores/redis_place.hpp"

namespace asyncz::tests {
namespace {

class RedisHarness final : public Harness {
 public:
  RedisHarness() { processes = true; }
  std::unique_ptr<Store> open() override { return place_.open(); }

 private:
  RedisPlace place_;
};

}  // namespace

std::unique_ptr<Harness> make_harness() { return std::make_unique<RedisHarness>(); }

}  // namespace asyncz::tests
