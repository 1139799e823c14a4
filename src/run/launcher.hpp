// SPDX-License-Identifier: MIT
// The thread that waits for what is due, reserves it and starts it.
#pragma once

#include "run/hooks.hpp"
#include "run/parts.hpp"
#include "run/run_log.hpp"
#include "run/wait.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace asyncz {

// Owns the claim lane of the store. To be run by one thread from its beginning to its end, since
// children die with the thread that started them where they are to.
class Launcher {
 public:
  explicit Launcher(Parts& parts);

  // Until Close.
  void run();

 private:
  enum class Phase : std::uint8_t { taking, stopped, last_round, closed };

  void read_letters();
  void free_slot(const Job& job);
  void stop();
  void see_changes();

  void take_special(const std::string& queue);  // @boot, @shutdown
  void take_only();
  [[nodiscard]] bool serves(const std::string& queue) const;
  [[nodiscard]] bool is_paused(const std::string& queue) const;
  void take_due();
  [[nodiscard]] bool another_round();
  [[nodiscard]] std::size_t free_slots() const;
  [[nodiscard]] Demand demand() const;
  void start_waiting();
  void finish_round();

  void receive(Reserved reserved);
  void launch(const JobPtr& job);
  [[nodiscard]] Result<Beginning> begin_now(const StoredTask& stored);
  void spawn(const JobPtr& job);
  [[nodiscard]] Status equip(Job& job, ChildSpec& spec, UniqueFd& input);
  void run_child(const JobPtr& job, const ChildSpec& spec);
  void fail_to_start(const JobPtr& job, int exit_status, std::string reason);
  void hold_back(const JobPtr& job, std::string reason);
  void put_back(const JobPtr& job);

  // What is not there for any run: nothing is started until the next try.
  void starve(const JobPtr& job, const std::string& reason);
  void starve_no_more();
  [[nodiscard]] bool is_starving() const;
  [[nodiscard]] bool may_take() const;

  void sleep();
  void get_ready();
  [[nodiscard]] Instant next_wake();
  void in_trouble(const Error& error);

  Parts& parts_;
  Random random_;
  Alarm alarm_;
  Hooks hooks_;
  LogMaker logs_;
  Phase phase_ = Phase::taking;
  int watch_ = -1;
  bool changed_ = true;
  Instant began_;
  Duration pause_;                         // after the next error
  bool starved_ = false;                   // Parts::starved
  Steady::time_point try_again_;           // to start a run, while starved
  Duration starved_pause_;                 // after the next try in vain
  std::deque<JobPtr> waiting_;             // reserved, for want of a slot not yet started
  std::map<std::string, JobPtr> running_;  // by id
  std::map<std::string, std::size_t> running_in_queue_;
  std::optional<std::vector<std::string>> paused_;  // nothing: not known yet
  std::size_t open_ = 0;                            // jobs that are not settled yet
  bool took_all_ = false;                           // the last look brought less than was asked for
  std::optional<Instant> rest_until_;               // after an error or a look in vain
  Instant expected_;                  // the moment that the store was told to prepare for
  std::optional<Instant> boot_look_;  // when boot tasks are to be looked at again
};

}  // namespace asyncz
