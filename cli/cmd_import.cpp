// SPDX-License-Identifier: MIT
// asyncz import: a crontab, or a timer of systemd, becomes tasks.
#include "cli/commands.hpp"
#include "cli/crontab_import.hpp"
#include "cli/file_text.hpp"
#include "cli/json.hpp"
#include "cli/systemd_import.hpp"
#include "task/crontab_task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr std::size_t largest_crontab = std::size_t{64} << 20U;

Value outcome_value(const Outcome& outcome)
{
  ValueMap map;
  if (outcome.line > 0) map.emplace_back("line", outcome.line);
  if (outcome.error) {
    map.emplace_back("error", outcome.error->what);
    return map;
  }
  if (!outcome.id.empty()) map.emplace_back("id", outcome.id);
  if (outcome.removed) {
    map.emplace_back("removed", true);
    return map;
  }
  ValueList warnings{outcome.warnings.begin(), outcome.warnings.end()};
  map.emplace_back("warnings", std::move(warnings));
  return map;
}

// What an import would do to a store; null: to one that does not exist yet.
std::vector<Outcome> try_out(Vault* vault, std::vector<CrontabTask> tasks)
{
  std::vector<Outcome> outcomes;
  for (auto& made : tasks) {
    Outcome& outcome = outcomes.emplace_back();
    outcome.line = made.line;
    outcome.id = made.task.id;
    outcome.added = vault == nullptr || !vault->get(made.task.id);
    outcome.warnings = std::move(made.warnings);
  }
  return outcomes;
}

class Import final : public Command {
 public:
  void declare(Options& options) override
  {
    options.flag("--system", system_, "Lines name a user before the command, as in /etc/crontab");
    options.flag("--systemd", systemd_, "The file is a timer unit; its service is found beside it");
    options.choice("--dialect", dialect_, {"cronie", "vixie", "busybox", "dcron", "bsd"},
                   "Read each field as that cron did");
    options.flag("--prune", prune_, "Remove tasks of an earlier import whose lines have gone");
    options.flag("--dry-run", dry_run_, "Say what would be done, and do nothing");
    options.words("FILE|-", words_, 1, 1, "The crontab, or the timer", WordKind::file);
  }

  Result<ExitStatus> run(Context& context) override
  {
    if (systemd_) return import_timer_alone(context);
    const auto content = read_file_or_stdin(words_[0], largest_crontab);
    if (!content) return content.error();
    const auto source = source_of(context, words_[0]);
    if (!source) return source.error();
    const auto dialect = dialect_ ? parse_cron_dialect(*dialect_) : std::nullopt;
    const auto crontab = read_crontab(*content, {system_, known_users(), dialect});
    auto made = tasks_of(crontab, *source);
    auto outcomes = remarks(crontab, made);
    auto open = context.open(dry_run_ ? Access::read : Access::create);
    const bool absent = dry_run_ && !open && open.error().kind == ErrorKind::not_found;
    if (!open && !absent) return open.error();
    const auto now = context.clock().now();
    const auto done = dry_run_
                          ? try_out(absent ? nullptr : open->vault.get(), std::move(made.tasks))
                          : add_imported(*open, std::move(made.tasks), now);
    outcomes.insert(outcomes.end(), done.begin(), done.end());
    std::ranges::stable_sort(outcomes, {}, &Outcome::line);
    if (prune_ && !absent) {
      auto pruned = prune_imported(*open, source->file, made.ids, dry_run_, now);
      if (!pruned) return pruned.error();
      std::ranges::move(*pruned, std::back_inserter(outcomes));
    }
    return print(context, outcomes);
  }

 private:
  Result<ExitStatus> import_timer_alone(Context& context) const
  {
    if (system_ || dialect_ || prune_) {
      return Error{ErrorKind::usage, "--systemd goes with --dry-run alone", ""};
    }
    return import_timer(context, words_[0], dry_run_);
  }

  Result<ExitStatus> print(Context& context, const std::vector<Outcome>& outcomes) const
  {
    ExitStatus status = 0;
    ValueList document;
    for (const auto& outcome : outcomes) {
      const auto place =
          outcome.line > 0 ? fmt::format("{}:{}", words_[0], outcome.line) : outcome.id;
      for (const auto& warning : outcome.warnings) {
        context.warn(fmt::format("{}: {}", place, warning));
      }
      if (outcome.error) {
        context.error(outcome.error->in(place));
        status = 1;
      } else if (outcome.removed) {
        context.note(fmt::format("task {} removed: its line has gone", outcome.id));
      } else if (outcome.followed) {
        context.note(fmt::format("task {} follows its line, which has changed", outcome.id));
      }
      if (context.globals().json) {
        document.push_back(outcome_value(outcome));
      } else if (outcome.added) {
        context.out(outcome.id + "\n");
      }
    }
    if (context.globals().json) print_json(context, document);
    return status;
  }

  bool system_ = false;
  bool systemd_ = false;
  std::optional<std::string> dialect_;
  bool prune_ = false;
  bool dry_run_ = false;
  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> make_import() { return std::make_unique<Import>(); }

}  // namespace asyncz::cli
