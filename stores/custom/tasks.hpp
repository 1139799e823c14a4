// SPDX-License-Identifier: MIT
// The eight operations of a custom store, and what helps some of them.
#pragma once

#include "store/store.hpp"
#include "stores/custom/helpers.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores::custom {

// How many of them go into one request.
inline constexpr std::size_t most_in_batch = 256;
inline constexpr std::size_t most_batch_bytes = std::size_t{1} << 20;

// Members and errors are those of Store.
class Tasks {
 public:
  explicit Tasks(Helpers& helpers) : helpers_{helpers} {}

  Status add(const Record& record) { return write("add_task", record); }
  Result<Record> lookup(std::string_view id);
  Status update(const Record& record) { return write("update_task", record); }
  Status remove(std::string_view id, std::int64_t revision);
  Status remove_all() { return helpers_.tell("remove_all_tasks", {}); }
  Result<std::vector<Record>> due(const Demand& demand);
  Result<Instant> next_run_time(const Demand& demand);
  Status visit(const Store::Visit& visit);

  std::vector<Status> add_batch(std::span<const Record> records);
  Result<std::vector<std::string>> with_prefix(std::string_view prefix, std::size_t limit);
  Result<std::string> quarantine(std::string_view id);

 private:
  Status write(std::string_view operation, const Record& record);

  Helpers& helpers_;
};

// A status for each of `count` things, from an answer to a request that was about them.
std::vector<Status> statuses_in(const HelperProgram& program, const Result<Value>& answer,
                                std::size_t count);

}  // namespace asyncz::stores::custom
