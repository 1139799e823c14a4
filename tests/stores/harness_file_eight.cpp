// SPDX-License-Identifier: MIT
// The conformance suite's custom store: eight operations, and the defaults for the rest.
#include "stores/conformance.hpp"

#include "fakes/temp_dir.hpp"
#include "stores/file/file_store.hpp"

#include <cstdlib>

namespace asyncz::tests {
namespace {

// Forwards the eight operations to another store.
class EightOperations final : public Store {
 public:
  explicit EightOperations(std::unique_ptr<Store> store) : store_{std::move(store)} {}

  Status add_task(const Record& record) override { return store_->add_task(record); }
  Result<Record> lookup_task(std::string_view id) override { return store_->lookup_task(id); }
  Status update_task(const Record& record) override { return store_->update_task(record); }
  Status delete_task(std::string_view id, std::int64_t revision) override
  {
    return store_->delete_task(id, revision);
  }
  Status remove_all_tasks() override { return store_->remove_all_tasks(); }
  Result<std::vector<Record>> get_due_tasks(const Demand& demand) override
  {
    return store_->get_due_tasks(demand);
  }
  Result<Instant> get_next_run_time(const Demand& demand) override
  {
    return store_->get_next_run_time(demand);
  }
  Status get_all_tasks(const Visit& visit) override { return store_->get_all_tasks(visit); }

 private:
  std::unique_ptr<Store> store_;
};

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
    return std::make_unique<EightOperations>(*std::move(store));
  }

 private:
  fakes::TempDir dir_;
};

}  // namespace

std::unique_ptr<Harness> make_harness() { return std::make_unique<EightHarness>(); }

}  // namespace asyncz::tests
