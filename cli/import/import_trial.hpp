// SPDX-License-Identifier: MIT
// What an import would do to a store, and how the runs of each line compare with those of its cron.
#pragma once

#include "cli/import/crontab_import.hpp"
#include "import/cron_comparison.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// A crontab that is tried out: its text as it was read, and the cron that it comes from.
class ImportTrial {
 public:
  ImportTrial(std::string_view content, CronComparison comparison, Instant now);

  // What would become of these tasks; `vault` is null where there is no store yet.
  std::vector<Outcome> try_tasks(Vault* vault, std::vector<CrontabTask> tasks);

  // Adds to each line that cannot be carried over what its cron made of it, and whether that never
  // ran it.
  void tell_fates(std::vector<Outcome>& problems) const;

  // How many lines run at the same times as before, and how many do not.
  [[nodiscard]] std::string summary(const std::vector<Outcome>& outcomes) const;

 private:
  [[nodiscard]] std::string_view line(int number) const;

  std::vector<std::string_view> lines_;
  CronComparison comparison_;
  Instant now_;
};

}  // namespace asyncz::cli
