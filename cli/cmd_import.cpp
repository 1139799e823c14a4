// SPDX-License-Identifier: MIT
// asyncz import: a crontab becomes tasks.
#include "base/task_id.hpp"
#include "cli/commands.hpp"
#include "cli/file_text.hpp"
#include "cli/json.hpp"
#include "cli/new_task.hpp"
#include "cli/task_removal.hpp"
#include "task/crontab_task.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr std::size_t largest_crontab = std::size_t{64} << 20U;

// What became of a line, or of a task whose line has gone.
struct Outcome {
  int line = 0;
  std::string id;
  bool added = false;
  bool removed = false;
  std::vector<std::string> warnings;
  std::optional<Error> error;
};

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

std::string importing_user()
{
  const passwd* const entry = ::getpwuid(::geteuid());
  return entry == nullptr ? std::to_string(::geteuid()) : entry->pw_name;
}

// Asks the system once for each name.
class Users {
 public:
  bool operator()(std::string_view name)
  {
    const auto known = known_.find(name);
    if (known != known_.end()) return known->second;
    const std::string text{name};
    return known_.emplace(text, ::getpwnam(text.c_str()) != nullptr).first->second;
  }

 private:
  std::map<std::string, bool, std::less<>> known_;
};

// The absolute name of a crontab, which its tasks' ids are made from.
std::string full_name(const std::string& file)
{
  if (file == "-") return file;
  std::error_code failed;
  const auto path = std::filesystem::absolute(file, failed);
  return failed ? file : path.lexically_normal().string();
}

// Brings a store to what a crontab says.
class Importer {
 public:
  Importer(Context& context, OpenStore& open) : context_{context}, open_{open}, vault_{*open.vault}
  {
  }

  // Adds the tasks that the store does not have; those that it has follow their lines.
  std::vector<Outcome> add(std::vector<CrontabTask> tasks)
  {
    std::vector<Outcome> outcomes;
    std::vector<StoredTask> planned;
    for (auto& made : tasks) {
      outcomes.push_back({made.line, made.task.id, false, false, std::move(made.warnings), {}});
      StoredTask& stored = planned.emplace_back();
      stored.task = std::move(made.task);
      const auto status = plan(stored, context_.clock().now(), random_);
      if (!status) outcomes.back().error = status.error();
    }
    const auto statuses = vault_.add(planned);
    for (std::size_t i = 0; i < planned.size(); ++i) {
      outcomes[i].added = static_cast<bool>(statuses[i]);
      if (outcomes[i].added) continue;
      const auto& error = statuses[i].error();
      const auto status =
          error.kind == ErrorKind::conflict ? follow(planned[i].task) : Status{error};
      if (!status) outcomes[i].error = status.error();
    }
    return outcomes;
  }

  // Removes the tasks of earlier imports that are not among `ids`.
  Result<std::vector<Outcome>> prune(const std::string& tag, const std::set<std::string>& ids,
                                     bool dry_run)
  {
    std::vector<std::string> gone;
    const auto visited = vault_.each([&](std::string_view id, const Result<StoredTask>& task) {
      if (!task || ids.contains(std::string{id}) || parent_of_instance(id)) return true;
      const auto& tags = task->task.tags;
      if (std::ranges::find(tags, tag) != tags.end()) gone.emplace_back(id);
      return true;
    });
    if (!visited) return visited.error();
    std::vector<Outcome> outcomes;
    for (auto& id : gone) {
      Outcome& outcome = outcomes.emplace_back();
      outcome.removed = true;
      const auto removed = dry_run ? Status{} : remove_task(open_, id, context_.clock().now());
      if (!removed) outcome.error = removed.error();
      outcome.id = std::move(id);
    }
    return outcomes;
  }

 private:
  Status follow(const Task& imported)
  {
    const auto stored = vault_.get(imported.id);
    if (!stored) return stored.error();
    Task compared = stored->task;
    if (!follow_crontab(compared, imported)) return {};
    const auto written = vault_.update(imported.id, [&](StoredTask& task) -> Status {
      const bool rescheduled = task.task.trigger != imported.trigger ||
                               task.task.timezone != imported.timezone ||
                               task.task.jitter != imported.jitter;
      follow_crontab(task.task, imported);
      return rescheduled ? plan(task, context_.clock().now(), random_) : Status{};
    });
    if (!written) return written.error();
    context_.note(fmt::format("task {} follows its line, which has changed", imported.id));
    return {};
  }

  Context& context_;
  OpenStore& open_;
  Vault& vault_;
  Random random_ = system_random();
};

// What an import would do to a store; null: to one that does not exist yet.
std::vector<Outcome> try_out(Vault* vault, std::vector<CrontabTask> tasks)
{
  std::vector<Outcome> outcomes;
  for (auto& made : tasks) {
    const bool stored = vault != nullptr && vault->get(made.task.id);
    outcomes.push_back({made.line, made.task.id, !stored, false, std::move(made.warnings), {}});
  }
  return outcomes;
}

class Import final : public Command {
 public:
  void declare(Options& options) override
  {
    options.flag("--system", system_, "Lines name a user before the command, as in /etc/crontab");
    options.choice("--dialect", dialect_, {"cronie", "vixie", "busybox", "dcron", "bsd"},
                   "Read each field as that cron did");
    options.flag("--prune", prune_, "Remove tasks of an earlier import whose lines have gone");
    options.flag("--dry-run", dry_run_, "Say what would be done, and do nothing");
    options.words("FILE|-", words_, 1, 1, "The crontab", WordKind::file);
  }

  Result<ExitStatus> run(Context& context) override
  {
    const auto content = read_file_or_stdin(words_[0], largest_crontab);
    if (!content) return content.error();
    const auto settings = context.settings();
    if (!settings) return settings.error();
    auto base = default_task(**settings, context.clock().now());
    if (!base) return base.error();
    const CrontabSource source{full_name(words_[0]), importing_user(), *std::move(base)};
    const auto dialect = dialect_ ? parse_cron_dialect(*dialect_) : std::nullopt;
    const auto crontab = read_crontab(*content, {system_, Users{}, dialect});
    auto made = tasks_of(crontab, source);
    auto outcomes = remarks(crontab, made);
    auto open = context.open(dry_run_ ? Access::read : Access::create);
    const bool absent = dry_run_ && !open && open.error().kind == ErrorKind::not_found;
    if (!open && !absent) return open.error();
    const auto done = absent ? try_out(nullptr, std::move(made.tasks))
                             : bring(context, *open, std::move(made.tasks));
    outcomes.insert(outcomes.end(), done.begin(), done.end());
    std::ranges::stable_sort(outcomes, {}, &Outcome::line);
    if (prune_ && !absent) {
      auto pruned = Importer{context, *open}.prune(crontab_tag(source.file), made.ids, dry_run_);
      if (!pruned) return pruned.error();
      std::ranges::move(*pruned, std::back_inserter(outcomes));
    }
    return print(context, outcomes);
  }

 private:
  static std::vector<Outcome> remarks(const Crontab& crontab, const CrontabTasks& made)
  {
    std::vector<Outcome> outcomes;
    for (const auto& [line, what] : crontab.warnings) {
      outcomes.push_back({.line = line, .warnings = {what}});
    }
    for (const auto& [line, error] : made.problems) {
      outcomes.push_back({.line = line, .error = error});
    }
    return outcomes;
  }

  std::vector<Outcome> bring(Context& context, OpenStore& open,
                             std::vector<CrontabTask> tasks) const
  {
    if (dry_run_) return try_out(open.vault.get(), std::move(tasks));
    return Importer{context, open}.add(std::move(tasks));
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
  std::optional<std::string> dialect_;
  bool prune_ = false;
  bool dry_run_ = false;
  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> make_import() { return std::make_unique<Import>(); }

}  // namespace asyncz::cli
