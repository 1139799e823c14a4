// SPDX-License-Identifier: MIT
// What a store object has reserved and not settled.
#pragma once

#include "store/record.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace asyncz::stores {

// With the revision that was written last as far as this object knows. For any thread.
class Held {
 public:
  void put(const Record& record);
  void drop(const Record& record);
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::map<std::string, std::int64_t> revisions() const;
  // Takes note of a revision that somebody else wrote.
  void see(const std::string& id, std::int64_t revision);

 private:
  struct Known {
    std::int64_t revision = 0;
    std::uint64_t fence = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace asyncz::stores
