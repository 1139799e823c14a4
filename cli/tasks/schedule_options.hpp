// SPDX-License-Identifier: MIT
// The options that say when: shared by `add`, `update` and `preview`.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "schedule/trigger.hpp"
#include "time/zone.hpp"

#include <optional>
#include <string>
#include <vector>

namespace asyncz::cli {

// A schedule as options gave it.
struct GivenSchedule {
  Trigger trigger;
  std::vector<std::string> warnings;
};

class ScheduleOptions {
 public:
  // Where times are only looked at there is no --jitter, and --at may name a time that has passed.
  void declare(Options& options, bool only_looked_at = false);

  // Whether any of them was given, `--tz` and `--jitter` apart.
  [[nodiscard]] bool given() const;

  // Whether one was given that makes a trigger, not only bounds or rules for one.
  [[nodiscard]] bool names_trigger() const;

  [[nodiscard]] const std::optional<std::string>& timezone() const { return timezone_; }
  [[nodiscard]] const std::optional<std::string>& jitter() const { return jitter_; }

  // Several of them are any of their times, or with `--match all` those that all agree on. None: at
  // `now`, once.
  //   usage  a time, duration or expression that cannot be read; a time of `--at` that has passed,
  //          unless it is only looked at
  Result<GivenSchedule> read(Instant now, const Zone& zone) const;

  // Bounds and rules for a trigger that is there; `none` takes a bound away.
  //   usage  as above
  Status adjust(GivenSchedule& schedule, Instant now, const Zone& zone) const;

 private:
  Result<std::vector<Trigger>> read_each(Instant now, const Zone& zone,
                                         std::vector<std::string>& warnings) const;
  Status read_dates(std::vector<Trigger>& into, Instant now, const Zone& zone,
                    std::vector<std::string>& warnings) const;
  void add_expressions(std::vector<Trigger>& into) const;

  bool only_looked_at_ = false;
  std::vector<std::string> at_;
  std::vector<std::string> in_;
  std::vector<std::string> every_;
  std::vector<std::string> cron_;
  std::vector<std::string> calendar_;
  bool on_boot_ = false;
  bool on_shutdown_ = false;
  std::optional<std::string> json_;
  std::optional<std::string> match_;
  std::optional<std::string> start_;
  std::optional<std::string> end_;
  std::optional<std::string> jitter_;
  std::optional<std::string> timezone_;
  std::optional<std::string> dst_gap_;
  std::optional<std::string> dst_fold_;
};

// Reads a zone, or this machine's where none is given.
//   usage  there is no such zone
Result<Zone> zone_named(const std::optional<std::string>& name);

}  // namespace asyncz::cli
