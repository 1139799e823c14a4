// SPDX-License-Identifier: MIT
// asyncz import: a crontab, or a timer of systemd, becomes tasks.
#include "cli/commands.hpp"
#include "cli/files/file_text.hpp"
#include "cli/import/crontab_import.hpp"
#include "cli/import/import_trial.hpp"
#include "cli/import/systemd_import.hpp"
#include "cli/views/json.hpp"
#include "import/crontab_task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr std::size_t largest_crontab = std::size_t{64} << 20U;

// One object for each line that became a task, was refused or is warned of, and each task whose
// line has gone.
Value outcome_value(const Outcome& outcome, bool dry_run)
{
  ValueMap map;
  map.emplace_back("line", outcome.line > 0 ? Value{outcome.line} : Value{});
  const Value runs = outcome.runs ? Value{std::string{verdict_text(*outcome.runs)}} : Value{};
  if (outcome.error) {
    map.emplace_back("error", outcome.error->what);
    if (dry_run) map.emplace_back("runs", runs);
    return map;
  }
  map.emplace_back("id", outcome.id.empty() ? Value{} : Value{outcome.id});
  map.emplace_back("warnings", ValueList{outcome.warnings.begin(), outcome.warnings.end()});
  if (outcome.removed) map.emplace_back("removed", true);
  if (!dry_run || outcome.removed) return map;
  const auto* const change = outcome.followed ? "follow" : "add";
  map.emplace_back("change", outcome.followed || outcome.added ? Value{change} : Value{});
  map.emplace_back("runs", runs);
  return map;
}

class Import final : public Command {
 public:
  void declare(Options& options) override
  {
    options.flag("--system", system_, "Lines name a user before the command, as in /etc/crontab");
    options.flag("--systemd", systemd_, "The file is a timer unit; its service is found beside it");
    options.choice("--dialect", dialect_, {"cronie", "vixie", "busybox", "dcron", "bsd"},
                   "Read each field as that cron did");
    options.value("--name", name_, "NAME", "Call the crontab this, instead of its file");
    options.flag("--prune", prune_, "Remove tasks of an earlier import whose lines have gone");
    options.flag("--dry-run", dry_run_,
                 "Say what would be done, compare two years of run times, and do nothing");
    options.words("FILE|-", words_, 1, 1, "The crontab, or the timer", WordKind::file);
  }

  Result<ExitStatus> run(Context& context) override
  {
    if (systemd_) return import_timer_alone(context);
    if (prune_ && words_[0] == "-" && !name_) {
      return Error{ErrorKind::usage, "--prune with - would remove what came from another crontab",
                   "give each crontab a name: --name mine"};
    }
    const auto content = read_file_or_stdin(words_[0], largest_crontab);
    if (!content) return content.error();
    auto source = source_of(context, words_[0]);
    if (!source) return source.error();
    if (name_) source->file = *name_;
    const auto dialect = dialect_ ? parse_cron_dialect(*dialect_) : std::nullopt;
    const auto crontab = read_crontab(*content, {system_, known_users(), dialect});
    auto made = tasks_of(crontab, *source);
    auto outcomes = remarks(crontab, made);
    return dry_run_ ? try_out(context, *content, *source, std::move(outcomes), std::move(made))
                    : carry_out(context, *source, std::move(outcomes), std::move(made));
  }

 private:
  Result<ExitStatus> import_timer_alone(Context& context) const
  {
    if (system_ || dialect_ || prune_ || name_) {
      return Error{ErrorKind::usage, "--systemd goes with --dry-run alone", ""};
    }
    return import_timer(context, words_[0], dry_run_);
  }

  Result<ExitStatus> carry_out(Context& context, const CrontabSource& source,
                               std::vector<Outcome> outcomes, CrontabTasks made) const
  {
    auto open = context.open(Access::create);
    if (!open) return open.error();
    const auto now = context.clock().now();
    std::ranges::move(add_imported(*open, std::move(made.tasks), now),
                      std::back_inserter(outcomes));
    std::ranges::stable_sort(outcomes, {}, &Outcome::line);
    if (prune_) {
      auto pruned = prune_imported(*open, source.file, made.ids, false, now);
      if (!pruned) return pruned.error();
      std::ranges::move(*pruned, std::back_inserter(outcomes));
    }
    return print(context, outcomes);
  }

  Result<ExitStatus> try_out(Context& context, std::string_view content,
                             const CrontabSource& source, std::vector<Outcome> outcomes,
                             CrontabTasks made) const
  {
    auto open = context.open(Access::read);
    const bool absent = !open && open.error().kind == ErrorKind::not_found;
    if (!open && !absent) return open.error();
    const auto zone = Zone::load(source.base.timezone);
    if (!zone) return zone.error();
    const auto now = context.clock().now();
    const auto dialect = dialect_ ? parse_cron_dialect(*dialect_) : std::nullopt;
    ImportTrial trial{content, {dialect.value_or(CronDialect::cronie), *zone, now}, now};
    trial.tell_fates(outcomes);
    std::ranges::move(trial.try_tasks(absent ? nullptr : open->vault.get(), std::move(made.tasks)),
                      std::back_inserter(outcomes));
    std::ranges::stable_sort(outcomes, {}, &Outcome::line);
    if (prune_ && !absent) {
      auto pruned = prune_imported(*open, source.file, made.ids, true, now);
      if (!pruned) return pruned.error();
      std::ranges::move(*pruned, std::back_inserter(outcomes));
    }
    const auto status = print(context, outcomes);
    context.note(trial.summary(outcomes));
    context.note(prune_ ? "dry run: nothing was added or removed" : "dry run: nothing was added");
    return status;
  }

  void note_change(Context& context, const Outcome& outcome) const
  {
    const auto& id = outcome.id;
    if (outcome.removed) {
      context.note(
          fmt::format("task {} {}removed: its line has gone", id, dry_run_ ? "would be " : ""));
    } else if (outcome.followed) {
      context.note(fmt::format("task {} {} its line, which has changed", id,
                               dry_run_ ? "would follow" : "follows"));
    }
  }

  ExitStatus print(Context& context, const std::vector<Outcome>& outcomes) const
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
      } else {
        note_change(context, outcome);
      }
      if (context.globals().json) {
        document.push_back(outcome_value(outcome, dry_run_));
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
  std::optional<std::string> name_;
  bool prune_ = false;
  bool dry_run_ = false;
  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> make_import() { return std::make_unique<Import>(); }

}  // namespace asyncz::cli
