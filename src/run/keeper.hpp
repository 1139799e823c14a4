// SPDX-License-Identifier: MIT
// The thread that prolongs leases. It does nothing else, so that nothing slow keeps it from that.
#pragma once

#include "run/parts.hpp"
#include "run/wait.hpp"

#include <vector>

namespace asyncz {

// Owns the lease lane of the store, and the reservations of running jobs.
class Keeper {
 public:
  explicit Keeper(Parts& parts);

  // Until Close, which goes on to the recorder behind the jobs before it.
  void run();

 private:
  void read_letters();
  void release(JobPtr& job);
  void prolong();
  void prolonged(const JobPtr& job, const Status& status, Duration asked);
  void in_trouble(const Error& error);

  Parts& parts_;
  std::vector<JobPtr> jobs_;
  Steady::time_point due_;
  Steady::duration pause_;  // until a failed try is repeated
  bool trouble_ = false;
  bool closed_ = false;
};

}  // namespace asyncz
