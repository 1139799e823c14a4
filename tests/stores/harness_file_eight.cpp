// SPDX-License-Identifier: MIT
// The conformance suite's custom store: eight operations, and the defaults for the rest.
#include "stores/conformance.hpp"

#include "fakes/forwarding_store.hpp"
#include "fakes/temp_dir.hpp"
#include "stores/file/file_store.hpp"

#include <cstdlib>

namespace asyncz::tests {
namespace {

class EightHarness final : public Harness {
 public:
  EightHarness()
  {
    processes = true;
    journal = false;
    watches = false;
  }

  std::unique_ptr<Store> open() override
  {
    auto store = stores::open_file_store({.directory = dir_.file("tasks"), .create = true});
    if (!store) std::abort();
    return std::make_unique<fakes::ForwardingStore>(*std::move(store));
  }

 private:
  fakes::TempDir dir_;
};

}  // namespace

std::unique_ptr<Harness> make_harness() { return std::make_unique<EightHarness>(); }

}  // namespace asyncz::tests
