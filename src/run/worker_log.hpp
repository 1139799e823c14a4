// SPDX-License-Identifier: MIT
// What a worker tells the world of its doing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace asyncz {

enum class Severity : std::uint8_t {
  error,
  warning,
  note,    // the worker itself: started, stopping
  detail,  // each run
};

class WorkerLog {
 public:
  virtual ~WorkerLog() = default;

  // A lower-case clause; `run` names the run that it is about, or is empty. Called by any thread.
  virtual void say(Severity severity, std::string_view run, std::string_view clause) = 0;

  // Whole lines that a run has printed (`--show-output`). Called by one thread.
  virtual void output(std::string_view run, std::string_view lines) = 0;
};

}  // namespace asyncz
