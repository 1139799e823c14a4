// SPDX-License-Identifier: MIT
// What a live worker says of itself, and a paused queue's note.
#pragma once

#include "time/instant.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace asyncz {

struct WorkerInfo {
  std::string name;  // HOST-PID unless said otherwise
  std::string host;
  std::int32_t pid = 0;
  std::string version;
  std::int32_t concurrency = 0;
  std::vector<std::string> queues;   // `Q` or `Q:N`; empty: all
  std::vector<std::string> running;  // run ids
  Instant since;
  bool trouble = false;  // it cannot write to the store, and starts nothing until it can

  friend bool operator==(const WorkerInfo&, const WorkerInfo&) = default;
};

struct QueuePause {
  std::string queue;
  std::string by;  // user@host
  Instant since;

  friend bool operator==(const QueuePause&, const QueuePause&) = default;
};

}  // namespace asyncz
