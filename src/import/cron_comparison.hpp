// SPDX-License-Identifier: MIT
// Whether a line of a crontab runs here at the times at which its cron would have run it.
#pragma once

#include "import/cron_daemon.hpp"
#include "task/task.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

struct ComparedRuns {
  enum class Verdict : std::uint8_t { same, differs, never_ran, not_compared };
  Verdict verdict = Verdict::same;
  std::vector<std::string> notes;  // where and how they differ, a clause each
};

// `same`, `differs`, `never-ran`, `not-compared`.
[[nodiscard]] std::string_view verdict_text(ComparedRuns::Verdict verdict);

// Two years of run times by the rules of a cron and by ours. Near changes of clocks minute by
// minute; elsewhere, where both run at the same minutes on the days that they name, day by day.
// Delays at random are left out on both sides.
class CronComparison {
 public:
  // On a machine in this zone, beginning with this instant.
  CronComparison(CronDialect dialect, Zone zone, Instant begin);

  // How the line runs as the task that was made of it. Lines with the same schedule are compared
  // once.
  const ComparedRuns& compare(std::string_view line, const Task& task);

  // What became there of a line that cannot be carried over: that it was refused, or has never run;
  // empty where it ran.
  [[nodiscard]] std::string fate_of(std::string_view line) const;

  [[nodiscard]] CronDialect dialect() const { return dialect_; }

 private:
  [[nodiscard]] ComparedRuns compared(const CronReading& reading, const Task& task) const;
  [[nodiscard]] ComparedRuns compared_times(const CronReading& reading, const Task& task) const;

  CronDialect dialect_;
  Zone zone_;
  Instant begin_;
  std::map<std::string, ComparedRuns, std::less<>> known_;
};

}  // namespace asyncz
