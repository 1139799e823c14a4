// SPDX-License-Identifier: MIT
// Brings a store to what a crontab says: shared by `import` and `worker --load`.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "import/cron_comparison.hpp"
#include "import/crontab_task.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// What became of a line, or of a task whose line has gone.
struct Outcome {
  int line = 0;
  std::string id;
  bool added = false;
  bool followed = false;  // it was there, and its line has changed
  bool removed = false;
  std::vector<std::string> warnings;
  std::optional<Error> error;
  std::optional<ComparedRuns::Verdict> runs;  // of a dry run
};

// Whether the system knows a user of this name; asks it once for each.
[[nodiscard]] std::function<bool(std::string_view)> known_users();

// The name of who runs this program, or its number.
[[nodiscard]] std::string own_user_name();

// Where tasks of this file come from: its absolute name (or a name for it, as it is), us, and what
// they have unless it says otherwise.
Result<CrontabSource> source_of(Context& context, const std::string& file);

// What there is to say of a crontab's lines besides its tasks.
[[nodiscard]] std::vector<Outcome> remarks(const Crontab& crontab, const CrontabTasks& made);

// Adds the tasks that the store does not have; those that it has follow their lines.
[[nodiscard]] std::vector<Outcome> add_imported(OpenStore& open, std::vector<CrontabTask> tasks,
                                                Instant now);

// Removes the tasks of earlier imports of this file that are not among `ids`; with `dry_run` only
// tells them.
Result<std::vector<Outcome>> prune_imported(OpenStore& open, const std::string& file,
                                            const std::set<std::string>& ids, bool dry_run,
                                            Instant now);

}  // namespace asyncz::cli
