// SPDX-License-Identifier: MIT
// The log of a run that goes on, read as it grows.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "run/run_log.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace asyncz {

class LogFollower {
 public:
  // From its beginning. What was opened can be read to its end, also when it has been sealed.
  //   not_found  there is no clear log of this run
  static Result<LogFollower> open(const std::string& folder, std::string_view run_id);

  [[nodiscard]] int fd() const { return log_.get(); }
  void start_at(std::int64_t offset) { offset_ = offset; }

  // Gives `sink` everything up to the present end, but for what has been freed meanwhile. False:
  // the sink wants no more.
  Result<bool> pass_on(const LogSink& sink);

  // Whether nothing more will come.
  [[nodiscard]] bool ended() const;

 private:
  explicit LogFollower(UniqueFd log) : log_{std::move(log)} {}

  UniqueFd log_;
  std::int64_t offset_ = 0;
};

}  // namespace asyncz
