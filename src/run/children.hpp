// SPDX-License-Identifier: MIT
// The running children of a worker, runs and their hooks: their timeouts, their ends, and how they
// are ended.
#pragma once

#include "run/parts.hpp"
#include "run/wait.hpp"

#include <sys/resource.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace asyncz {

// How wait4(2) says that a process ended.
struct Exit {
  int status = 0;
  rusage usage{};
};

class Children {
 public:
  explicit Children(Parts& parts);

  void add(JobPtr job, int pid);

  // Reaps all that have ended, orphans too, and passes their jobs on.
  void reap();
  // Those reaped that nobody has added were not ours.
  void forget_orphans() { early_.clear(); }

  // Asks the child of this job to end (SIGTERM to its group, after the task's grace SIGKILL; before
  // the end of its lease in any case). The first reason given stands. Nothing happens if it has
  // ended already.
  void end(const Job& job, RunState state, const std::string& reason);
  void cancel_all(const std::string& reason);
  // The same for all of them, because the worker stops.
  void end_all();

  // Does what is due by now: timeouts, SIGKILL, logs to be trimmed.
  void tick(Steady::time_point now);
  // When that is needed next.
  [[nodiscard]] std::optional<Steady::time_point> next_tick() const;

  [[nodiscard]] bool empty() const { return children_.empty(); }
  [[nodiscard]] std::vector<std::string> runs() const;

 private:
  struct Child {
    JobPtr job;
    bool hook = false;  // the first of job->hooks, not the run itself
    Duration grace{0};
    std::optional<Steady::time_point> timeout;
    std::optional<Steady::time_point> replaced;  // by the next due time
    std::optional<Steady::time_point> kill;
    std::optional<RunState> ending;  // why it was asked to end
    bool stopping = false;           // because the worker stops, or
    bool lost = false;               // because its lease ends
    std::string reason;
    std::int64_t shown = 0;  // of its output
  };

  void ended(int pid, const Exit& exit);
  void complete(Child& child, const Exit& exit);
  void hook_ended(Child& child, const Exit& exit);
  void ask_to_end(int pid, Child& child);
  void lose(int pid, Child& child, const std::string& reason);
  [[nodiscard]] Duration time_left(const Job& job) const;
  [[nodiscard]] Steady::time_point lease_warning(const Job& job) const;
  void show_output(Child& child, bool all);

  Parts& parts_;
  std::map<int, Child> children_;  // by pid
  std::map<int, Exit> early_;      // ended before add() told of them
  Steady::time_point trim_due_;
};

}  // namespace asyncz
