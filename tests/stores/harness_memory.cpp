// SPDX-License-Identifier: MIT
// The conformance suite's memory store.
#include "stores/conformance.hpp"

#include "stores/memory/memory_store.hpp"

namespace asyncz::tests {
namespace {

class MemoryHarness final : public Harness {
 public:
  std::unique_ptr<Store> open() override { return stores::make_memory_store(state_); }

 private:
  std::shared_ptr<stores::MemoryState> state_ = stores::make_memory_state();
};

}  // namespace

std::unique_ptr<Harness> make_harness() { return std::make_unique<MemoryHarness>(); }

}  // namespace asyncz::tests
