// SPDX-License-Identifier: MIT
// The thread that writes what follows from runs, and does all else that waits for the store.
#pragma once

#include "run/parts.hpp"
#include "run/wait.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace asyncz {

// Owns the rest lane of the store.
class Settler {
 public:
  explicit Settler(Parts& parts);

  // Until Close, and until all that came before it is settled.
  void run();

 private:
  void read_letters();
  void send_back(const JobPtr& job);
  void begin_with_store(const JobPtr& job);
  void look_for_cancel(const JobPtr& job);
  void read_paused_queues();

  [[nodiscard]] Steady::time_point group_due() const;
  [[nodiscard]] bool group_is_complete() const;
  void settle_group();
  bool settled(const JobPtr& job, const Status& status);  // false: to be tried again
  Status prepare(Job& job);
  Status add_instance(Job& job);
  void end_oldest_instance(const StoredTask& task);
  void seal_logs(const Job& job);

  void announce();
  void prune();
  void in_trouble(const Error& error);
  void recover();

  [[nodiscard]] std::optional<Steady::time_point> next_wake() const;

  Parts& parts_;
  Random random_;
  std::deque<JobPtr> group_;
  Steady::time_point group_since_;
  Steady::time_point group_grew_;
  std::vector<std::string> running_;  // as the worker's note tells
  std::optional<Steady::time_point> note_due_;
  std::optional<Steady::time_point> retry_due_;
  Steady::time_point prune_due_;
  bool trouble_ = false;
  bool closing_ = false;
  std::size_t sent_back_ = 0;  // to the recorder, because somebody edited the task
};

}  // namespace asyncz
