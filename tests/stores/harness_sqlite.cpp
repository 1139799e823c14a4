// SPDX-License-Identifier: MIT
// The conformance suite's SQLite store.
#include "stores/conformance.hpp"

#include "fakes/temp_dir.hpp"
#include "stores/registry.hpp"

#include <cstdlib>

namespace asyncz::tests {
namespace {

class SqliteHarness final : public Harness {
 public:
  SqliteHarness() { processes = true; }

  std::unique_ptr<Store> open() override
  {
    auto store = stores::open_store({.url = "sqlite://" + dir_.file("tasks.db"), .create = true});
    if (!store) std::abort();
    return *std::move(store);
  }

 private:
  fakes::TempDir dir_;
};

}  // namespace

std::unique_ptr<Harness> make_harness() { return std::make_unique<SqliteHarness>(); }

}  // namespace asyncz::tests
