// SPDX-License-Identifier: MIT
// What a worker has counted since it began.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "run/exposition.hpp"
#include "task/run.hpp"
#include "time/instant.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace asyncz {

// All members may be called by any thread.
class Metrics {
 public:
  Metrics();

  void started(const Run& run);
  void ended();                   // one that had started
  void recorded(const Run& run);  // the history has it; also stretches that did not run
  void reservation_lost();
  // `error` is null where the store did what it was asked.
  void store_answered(std::string_view operation, Duration took, const Error* error);

  // Readable when something was counted since clear(), which has to be called once before.
  [[nodiscard]] int fd() const { return event_.get(); }
  void clear();

  void write(Exposition& exposition) const;

 private:
  struct Queue {
    std::map<RunState, std::uint64_t> outcomes;
    Histogram lateness;
    Histogram duration;

    Queue();
  };
  using QueueMap = std::map<std::string, Queue, std::less<>>;

  void tell();

  UniqueFd event_;
  std::atomic<bool> told_{true};

  mutable std::mutex mutex_;  // for all below
  std::int64_t running_ = 0;
  std::uint64_t lost_ = 0;
  QueueMap queues_;
  std::map<std::string, Histogram, std::less<>> answers_;  // by operation
  std::map<std::pair<std::string, ErrorKind>, std::uint64_t> errors_;
};

}  // namespace asyncz
