// SPDX-License-Identifier: MIT
// A store of eight operations and the defaults for the rest, which passes them on to another one.
#pragma once

#include "store/store.hpp"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace asyncz::fakes {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::unique_ptr<Store> store) : store_{std::move(store)} {}

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

}  // namespace asyncz::fakes
