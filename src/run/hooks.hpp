// SPDX-License-Identifier: MIT
// Starts the hooks of runs that have ended: in order for each run, and beside the slots of runs, so
// that no hook keeps a run from starting. At most as many at a time as there are slots.
#pragma once

#include "run/parts.hpp"

#include <cstddef>
#include <deque>
#include <string>

namespace asyncz {

// Used by the launcher's thread.
class Hooks {
 public:
  explicit Hooks(Parts& parts) : parts_{parts} {}

  void add(JobPtr job) { waiting_.push_back(std::move(job)); }
  // The present hook of this job has ended.
  void ended(JobPtr job);
  void start_waiting();

 private:
  // False: there is nothing to wait for.
  bool start(const JobPtr& job);
  [[nodiscard]] Result<ChildSpec> prepare(Job& job, UniqueFd& input);
  void go_on(JobPtr job);

  Parts& parts_;
  std::deque<JobPtr> waiting_;
  std::size_t running_ = 0;
};

}  // namespace asyncz
