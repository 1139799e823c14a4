// SPDX-License-Identifier: MIT
// The thread that appends to the history what has ended, before anything can get in its way.
#pragma once

#include "run/parts.hpp"

#include <deque>

namespace asyncz {

// Owns the journal lane of the store.
class Recorder {
 public:
  explicit Recorder(Parts& parts);

  // The first Close is passed on to the settler behind all that came before it; but a job that
  // meets an edit comes back from there, so it takes a second one to end this.
  void run();

 private:
  void record_open();
  bool record_before(Job& job);
  // False: the store cannot be written now.
  bool record(Job& job);
  bool append(const Run& run);  // false: to be tried again
  bool append_result(Job& job);
  enum class Appended : std::uint8_t { yes, not_yet, refused };
  Appended write(Run run, const Reservation* of = nullptr);
  void count(const Run& run);
  Status read_again(Run& run);
  Status decide(Job& job, std::vector<Run>& records);
  static void keep_task(Job& job);
  bool note_hook_failures(Job& job);
  void pass_on(JobPtr job);

  Parts& parts_;
  Random random_;
  std::deque<JobPtr> open_;
  std::deque<JobPtr> before_;  // not started yet
  bool trouble_ = false;
  int closes_ = 0;
  bool passed_on_ = false;
};

}  // namespace asyncz
