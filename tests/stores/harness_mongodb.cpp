// SPDX-License-Identifier: MIT
// The conformance suite's store on MongoDB; with_server.py starts one.
#include "stores/server_harness.hpp"

namespace asyncz::tests {

std::unique_ptr<Harness> make_harness()
{
  return std::make_unique<ServerHarness>("ASYNCZ_TEST_MONGODB_URL", "collection");
}

}  // namespace asyncz::tests
