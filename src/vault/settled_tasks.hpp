// SPDX-License-Identifier: MIT
// What this process has settled lately: it knows then, without asking anybody, that a copy from
// before is old.
#pragma once

#include "task/stored_task.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

namespace asyncz {

// Any member may be called by any thread.
class SettledTasks {
 public:
  // `task` as it was reserved, and the revision that settled it.
  void put(const StoredTask& task, std::int64_t revision);

  // Whether this record was sealed before one that we know to be settled.
  [[nodiscard]] bool is_older(const StoredTask& task) const;

 private:
  static constexpr std::size_t most = 1000;

  struct Settled {
    Instant created;
    std::int64_t revision = 0;
  };

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Settled> settled_;  // by id
  std::deque<std::string> order_;                     // the oldest is forgotten first
};

}  // namespace asyncz
