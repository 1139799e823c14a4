// SPDX-License-Identifier: MIT
// asyncz history: what has run, and how it ended.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/runs/resolve.hpp"
#include "cli/terminal/table.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/zones.hpp"
#include "run/run_log.hpp"
#include "time/human_time.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace asyncz::cli {
namespace {

// The zone of each run's task, or ours where the task has gone.
class TaskZones {
 public:
  explicit TaskZones(Vault& vault) : vault_{vault} {}

  const Zone& of(const std::string& task)
  {
    auto& name = names_[task];
    if (name.empty()) {
      const auto stored = vault_.get(task);
      name = stored ? stored->task.timezone : local_zone_name();
    }
    return zones_.named(name);
  }

 private:
  Vault& vault_;
  std::map<std::string, std::string> names_;
  Zones zones_;
};

Tone tone_of(RunState state)
{
  switch (state) {
    case RunState::running:
      return Tone::active;
    case RunState::succeeded:
      return Tone::good;
    case RunState::failed:
    case RunState::timed_out:
    case RunState::lost:
      return Tone::bad;
    case RunState::cancelled:
    case RunState::missed:
    case RunState::skipped:
      return Tone::quiet;
  }
  return Tone::plain;
}

std::vector<Cell> row_of(const Context& context, const Run& run, const Zone& zone)
{
  return {run.id(),
          Cell{run_state_text(run.state), tone_of(run.state)},
          table_time(context, run.stretch ? run.stretch->first : run.scheduled, zone),
          run.start ? table_time(context, *run.start, zone) : "-",
          length_text(run),
          exit_text(run)};
}

Status remove_old_runs(OpenStore& open, const HistorySettings& limits, Instant now)
{
  const auto before = now - limits.keep_age;
  const auto pruned = open.store->prune_runs(before, limits.keep_bytes);
  if (!pruned) return pruned;
  return prune_logs(log_folder(*open.store), {before, limits.keep_bytes, limits.keep_runs});
}

class History final : public Command {
 public:
  void declare(Options& options) override
  {
    options.value("--state", state_, "succeeded|failed|timed-out|cancelled|missed|skipped|lost",
                  "Only runs that ended so");
    options.value("--since", since_, "TIME", "Only what was recorded since then");
    options.value("--limit", limit_, "N", "At most this many; 0 is all (default: 100)");
    options.flag("--prune", prune_, "Remove what is older or larger than [history] allows");
    options.words("RUN|ID", words_, 0, 1, "Only the runs of this task, or this run",
                  WordKind::task);
  }

  Result<ExitStatus> run(Context& context) override
  {
    const auto wanted = read_options(context.clock().now());
    if (!wanted) return wanted.error();
    auto open = context.open(Access::read);
    if (!open) return open.error();
    if (prune_) {
      const auto settings = context.settings();
      if (!settings) return settings.error();
      const auto pruned = remove_old_runs(*open, (*settings)->history, context.clock().now());
      if (!pruned) return pruned.error();
      return 0;
    }
    const auto whose = words_.empty() ? Whose{} : named(*open->vault, words_[0]);
    if (!whose) return whose.error();
    return print(context, *open->vault, *whose, *wanted);
  }

 private:
  struct Wanted {
    std::optional<RunState> state;
    std::optional<Instant> since;
    std::int64_t limit = 100;
  };

  Result<Wanted> read_options(Instant now) const
  {
    Wanted wanted;
    if (state_) {
      wanted.state = parse_run_state(*state_);
      if (!wanted.state) {
        return Error{ErrorKind::usage, fmt::format("--state: no run is ever '{}'", *state_),
                     "it is one of succeeded, failed, timed-out, cancelled, missed, skipped, lost"};
      }
      if (*wanted.state == RunState::running) {
        return Error{ErrorKind::usage, "--state: the history holds what has ended",
                     "asyncz list --state running shows what goes on"};
      }
    }
    if (since_) {
      const auto zone = Zone::load(local_zone_name());
      if (!zone) return zone.error();
      const auto since = parse_time(*since_, now, *zone, TimeSense::past);
      if (!since) return since.error().in("--since");
      wanted.since = since->at;
    }
    if (limit_) {
      const auto limit = parse_count("--limit", *limit_);
      if (!limit) return limit.error();
      wanted.limit = *limit;
    }
    return wanted;
  }

  // Whose runs are wanted: a task's, or one alone.
  struct Whose {
    std::optional<std::string> task;
    std::optional<std::uint64_t> fence;
  };

  static Result<Whose> named(Vault& vault, std::string_view text)
  {
    const auto run = resolve_run_alone(vault, text);
    if (!run) return run.error();
    if (*run) return Whose{(*run)->task, (*run)->fence};
    const auto task = resolve_task(vault, text);
    if (!task) return task.error();
    return Whose{task->id, {}};
  }

  static Result<ExitStatus> print(Context& context, Vault& vault, const Whose& whose,
                                  const Wanted& wanted)
  {
    TaskZones zones{vault};
    Table table{context, {"RUN", "STATE", "DUE", {"START", Fit::drop}, "TIME", "EXIT"}};
    JsonArray array{context};
    const bool json = context.globals().json;
    std::int64_t shown = 0;
    ExitStatus status = 0;
    const auto visited = vault.runs(whose.task, wanted.since, [&](const Result<Run>& run) {
      if (!run) {
        context.error(run.error());
        status = static_cast<ExitStatus>(ErrorKind::corrupt);
        return true;
      }
      if (wanted.state && run->state != *wanted.state) return true;
      if (whose.fence && run->fence != *whose.fence) return true;
      if (json) {
        array.add(run_value(*run, zones.of(run->task)));
      } else {
        table.row(row_of(context, *run, zones.of(run->task)));
      }
      ++shown;
      return wanted.limit == 0 || shown < wanted.limit;
    });
    if (!visited) return visited.error();
    json ? array.end() : table.end();
    return status;
  }

  std::optional<std::string> state_;
  std::optional<std::string> since_;
  std::optional<std::string> limit_;
  bool prune_ = false;
  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> make_history() { return std::make_unique<History>(); }

}  // namespace asyncz::cli
