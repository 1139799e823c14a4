// SPDX-License-Identifier: MIT
// The conformance suite's file store.
#include "stores/conformance.hpp"

#include "fakes/temp_dir.hpp"
#include "stores/file/file_store.hpp"

#include <cstdlib>

namespace asyncz::tests {
namespace {

class FileHarness final : public Harness {
 public:
  FileHarness()
  {
    leases = false;
    processes = true;
  }

  std::unique_ptr<Store> open() override
  {
    auto store = stores::open_file_store({.directory = dir_.file("tasks"), .create = true});
    if (!store) std::abort();
    return *std::move(store);
  }

 private:
  fakes::TempDir dir_;
};

}  // namespace

std::unique_ptr<Harness> make_harness() { return std::make_unique<FileHarness>(); }

}  // namespace asyncz::tests
