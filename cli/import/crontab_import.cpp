// SPDX-License-Identifier: MIT
#include "cli/import/crontab_import.hpp"

#include "cli/files/file_text.hpp"
#include "cli/tasks/new_task.hpp"
#include "cli/tasks/task_removal.hpp"

#include <pwd.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <utility>

namespace asyncz::cli {
namespace {

// Makes a task that an earlier import has added what its line says now. Whether it differed.
Result<bool> follow(Vault& vault, const Task& imported, Instant now)
{
  const auto stored = vault.get(imported.id);
  if (!stored) return stored.error();
  Task compared = stored->task;
  if (!follow_crontab(compared, imported)) return false;
  const auto written = vault.update(imported.id, [&](StoredTask& task) {
    Task wanted = task.task;
    follow_crontab(wanted, imported);
    return change_task(task, std::move(wanted), now);
  });
  if (!written) return written.error();
  return true;
}

}  // namespace

std::function<bool(std::string_view)> known_users()
{
  const auto known = std::make_shared<std::map<std::string, bool, std::less<>>>();
  return [known](std::string_view name) {
    const auto found = known->find(name);
    if (found != known->end()) return found->second;
    const std::string text{name};
    return known->emplace(text, ::getpwnam(text.c_str()) != nullptr).first->second;
  };
}

std::string own_user_name()
{
  const passwd* const entry = ::getpwuid(::geteuid());
  return entry == nullptr ? std::to_string(::geteuid()) : entry->pw_name;
}

Result<CrontabSource> source_of(Context& context, const std::string& file)
{
  const auto settings = context.settings();
  if (!settings) return settings.error();
  auto base = default_task(**settings, context.clock().now());
  if (!base) return base.error();
  return CrontabSource{full_name(file), own_user_name(), *std::move(base)};
}

std::vector<Outcome> remarks(const Crontab& crontab, const CrontabTasks& made)
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

std::vector<Outcome> add_imported(OpenStore& open, std::vector<CrontabTask> tasks, Instant now)
{
  std::vector<Outcome> outcomes;
  std::vector<StoredTask> planned;
  std::vector<std::size_t> places;  // of the planned ones among the outcomes
  const auto random = system_random();
  for (auto& made : tasks) {
    Outcome& outcome = outcomes.emplace_back();
    outcome.line = made.line;
    outcome.id = made.task.id;
    outcome.warnings = std::move(made.warnings);
    StoredTask stored;
    stored.task = std::move(made.task);
    if (const auto status = plan(stored, now, random); !status) {
      outcome.error = status.error();
      continue;
    }
    planned.push_back(std::move(stored));
    places.push_back(outcomes.size() - 1);
  }
  const auto statuses = open.vault->add(planned);
  for (std::size_t i = 0; i < planned.size(); ++i) {
    Outcome& outcome = outcomes[places[i]];
    outcome.added = static_cast<bool>(statuses[i]);
    if (outcome.added) continue;
    const bool present = statuses[i].error().kind == ErrorKind::conflict;
    const auto followed =
        present ? follow(*open.vault, planned[i].task, now) : Result<bool>{statuses[i].error()};
    if (!followed) outcome.error = followed.error();
    outcome.followed = followed && *followed;
  }
  return outcomes;
}

Result<std::vector<Outcome>> prune_imported(OpenStore& open, const std::string& file,
                                            const std::set<std::string>& ids, bool dry_run,
                                            Instant now)
{
  auto gone = tagged_tasks(*open.vault, crontab_tag(file), ids);
  if (!gone) return gone.error();
  std::vector<Outcome> outcomes;
  for (auto& id : *gone) {
    Outcome& outcome = outcomes.emplace_back();
    outcome.removed = true;
    const auto removed = dry_run ? Status{} : remove_task(open, id, now);
    if (!removed) outcome.error = removed.error();
    outcome.id = std::move(id);
  }
  return outcomes;
}

}  // namespace asyncz::cli
