// SPDX-License-Identifier: MIT
// The conformance suite's store behind a helper program, whose name is in ASYNCZ_TEST_HELPER.
#include "stores/conformance.hpp"

#include "fakes/temp_dir.hpp"
#include "stores/registry.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace asyncz::tests {
namespace {

class CustomHarness final : public Harness {
 public:
  CustomHarness()
  {
    const char* const name = std::getenv("ASYNCZ_TEST_HELPER");
    if (name == nullptr) std::abort();
    helper_ = name;
    processes = true;
    watches = false;
  }

  std::unique_ptr<Store> open() override
  {
    auto store = stores::open_store(
        {.url = helper_ + ":" + dir_.file("tasks.db"),
         .create = true,
         .state_directory = dir_.file("state"),
         .tell = [](std::string_view line) { std::fprintf(stderr, "%s\n", line.data()); }});
    if (!store) {
      std::fprintf(stderr, "%s\n", store.error().what.c_str());
      std::abort();
    }
    return *std::move(store);
  }

 private:
  fakes::TempDir dir_;
  std::string helper_;
};

}  // namespace

std::unique_ptr<Harness> make_harness() { return std::make_unique<CustomHarness>(); }

}  // namespace asyncz::tests
