// SPDX-License-Identifier: MIT
#include "cli/import/import_trial.hpp"

#include "base/text.hpp"
#include "cli/tasks/new_task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace asyncz::cli {
namespace {

using Verdict = ComparedRuns::Verdict;

struct Counted {
  Verdict verdict;
  std::string_view one;
  std::string_view many;
};

constexpr std::array<Counted, 4> counted{{
    {Verdict::same, "runs at the same times", "run at the same times"},
    {Verdict::differs, "differs", "differ"},
    {Verdict::never_ran, "has never run", "have never run"},
    {Verdict::not_compared, "cannot be compared", "cannot be compared"},
}};

}  // namespace

ImportTrial::ImportTrial(std::string_view content, CronComparison comparison, Instant now)
    : comparison_{std::move(comparison)}, now_{now}
{
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  lines_ = split(content, '\n');
}

std::string_view ImportTrial::line(int number) const
{
  return lines_.at(static_cast<std::size_t>(number) - 1);
}

std::vector<Outcome> ImportTrial::try_tasks(Vault* vault, std::vector<CrontabTask> tasks)
{
  std::vector<Outcome> outcomes;
  const auto random = system_random();
  for (auto& made : tasks) {
    Outcome& outcome = outcomes.emplace_back();
    outcome.line = made.line;
    outcome.id = made.task.id;
    outcome.warnings = std::move(made.warnings);
    const auto& runs = comparison_.compare(line(made.line), made.task);
    outcome.runs = runs.verdict;
    outcome.warnings.insert(outcome.warnings.end(), runs.notes.begin(), runs.notes.end());
    auto stored = vault == nullptr ? Result<StoredTask>{Error{ErrorKind::not_found, "", ""}}
                                   : vault->get(made.task.id);
    if (stored) {
      outcome.followed = follow_crontab(stored->task, made.task);
    } else if (stored.error().kind == ErrorKind::not_found) {
      StoredTask planned;
      planned.task = std::move(made.task);
      const auto status = plan(planned, now_, random);
      outcome.added = static_cast<bool>(status);
      if (!status) outcome.error = status.error();
    } else {
      outcome.error = stored.error();
    }
  }
  return outcomes;
}

void ImportTrial::tell_fates(std::vector<Outcome>& problems) const
{
  for (auto& outcome : problems) {
    if (!outcome.error) continue;
    auto& what = outcome.error->what;
    const bool told = what.find(cron_dialect_text(comparison_.dialect())) != std::string::npos;
    const auto fate = comparison_.fate_of(line(outcome.line));
    if (!told && !fate.empty()) what += "; " + fate;
    if (!fate.empty()) outcome.runs = Verdict::never_ran;
  }
}

std::string ImportTrial::summary(const std::vector<Outcome>& outcomes) const
{
  std::vector<std::string> parts;
  for (const auto& [verdict, one, many] : counted) {
    const auto count = std::ranges::count(outcomes, std::optional{verdict}, &Outcome::runs);
    if (count > 0) parts.push_back(fmt::format("{} {}", count, count == 1 ? one : many));
  }
  if (parts.empty()) parts.emplace_back("nothing to compare");
  return fmt::format("two years of run times by the rules of {} and by ours: {}",
                     cron_dialect_text(comparison_.dialect()), joined(parts, ", "));
}

}  // namespace asyncz::cli
