// SPDX-License-Identifier: MIT
// A worker: reserves what is due in a store, runs it, and settles what came of it.
#pragma once

#include "run/children.hpp"
#include "run/parts.hpp"
#include "run/service.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

namespace asyncz {

// Five threads: the loop (children, timeouts, signals; never waits for anything else), the
// launcher, the keeper, the recorder and the settler. Signals go to the loop alone; the thread that
// calls run() keeps SIGTERM, SIGINT, SIGHUP and SIGCHLD blocked afterwards.
class Worker {
 public:
  // All are borrowed for the worker's life; `options` may not change. At SIGHUP `reload` is called
  // by the thread that deals with the store, and tells how many runs at a time there may be from
  // then on.
  using Reload = std::function<std::optional<std::size_t>()>;
  Worker(Vault& vault, Spawner& spawner, const Clock& clock, const WorkerOptions& options,
         WorkerLog& log, Reload reload = {});

  // Until it is told to stop (SIGTERM, SIGINT) or, with `drain` and `once`, has nothing left to do.
  //   conflict     a live worker of this name exists
  //   unavailable  the store does not answer at the start
  Status run();

  // Whether the loop answers within `patience`, and whether it takes new work: not while it stops
  // or cannot write to the store or (starved) start runs. Any thread may ask.
  enum class Pulse : std::uint8_t { none, stopping, troubled, starved, working };
  Pulse pulse(Duration patience);

  // How many runs at a time there may be now. Any thread may ask.
  [[nodiscard]] std::size_t slots() const { return parts_.slots; }

 private:
  // Each waits for the one before it to be over.
  enum class Phase : std::uint8_t {
    working,
    stopping,    // takes nothing new; runs end by themselves
    last_round,  // tasks for the shutdown run
    settling,    // all runs have ended
    over,
  };

  // What others are told of.
  struct Report {
    std::vector<std::string> runs;
    std::size_t slots = 0;
    bool trouble = false;

    bool operator==(const Report&) const = default;
  };

  Status prepare();
  void loop(int signals);
  void read_signals(int signals);
  void read_letters();
  void reload();
  void told_to_end(int signal);
  void stop();
  void say_what_is_waited_for();
  void hurry();
  void advance();
  void report_soon();
  void report();
  [[nodiscard]] std::optional<Steady::time_point> next_wake() const;

  Parts parts_;
  Reload reload_;
  ServiceManager service_;
  Children children_;
  Phase phase_ = Phase::working;
  std::atomic<bool> working_{true};
  bool quiet_ = false;  // the launcher has answered
  bool said_waiting_ = false;
  std::optional<Error> broken_;
  std::optional<std::string> cancelled_;  // why what runs in the foreground is to end
  Report reported_{{}, parts_.slots, false};
  std::optional<Steady::time_point> patience_;    // end of --shutdown-timeout
  std::optional<Steady::time_point> report_due_;  // something has changed since the last one
  std::optional<Steady::time_point> watchdog_due_;
};

}  // namespace asyncz
