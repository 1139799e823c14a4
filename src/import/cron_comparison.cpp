// SPDX-License-Identifier: MIT
#include "import/cron_comparison.hpp"

#include "base/text.hpp"
#include "import/run_difference.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace asyncz {
namespace {

using Kind = CronReading::Kind;
using Verdict = ComparedRuns::Verdict;

constexpr auto compared_span = std::chrono::days{731};
constexpr std::size_t most_notes = 2;

std::string times_text(const std::vector<Instant>& times, const Zone& zone)
{
  constexpr std::size_t shown = 2;
  std::vector<std::string> words;
  for (const auto at : times) {
    if (words.size() < shown) words.push_back(rfc3339(at, zone.offset_at(at)));
  }
  auto text = joined(words, ", ");
  if (times.size() > shown) text += fmt::format(" and {} more", times.size() - shown);
  return text;
}

std::string words_of(const RunDifference& difference, std::string_view cron, const Zone& zone)
{
  const auto theirs = times_text(difference.theirs, zone);
  const auto ours = times_text(difference.ours, zone);
  if (difference.theirs.empty()) {
    return fmt::format("asyncz runs at {}, where {} does not", ours, cron);
  }
  if (!difference.ours.empty()) {
    return fmt::format("{} runs at {}, asyncz at {}", cron, theirs, ours);
  }
  return fmt::format("{} runs {}at {}, where asyncz {}", cron,
                     difference.again ? "more than once " : "", theirs,
                     difference.again ? "runs once" : "does not");
}

// What decides over the times of a line and of its task.
std::string key_of(const CronReading& reading, const Task& task, bool has_table_zone)
{
  std::string key = fmt::format("{}\n{}\n{} {} {} {} {}", task.timezone, task.trigger.expression,
                                static_cast<int>(reading.kind), reading.last_day,
                                reading.either_day, reading.wildcard, has_table_zone);
  for (const auto values : reading.values) key += fmt::format(" {:x}", values);
  return key;
}

}  // namespace

std::string_view verdict_text(Verdict verdict)
{
  constexpr std::array<std::string_view, 4> texts{"same", "differs", "never-ran", "not-compared"};
  return texts.at(static_cast<std::size_t>(verdict));
}

CronComparison::CronComparison(CronDialect dialect, Zone zone, Instant begin)
    : dialect_{dialect},
      zone_{std::move(zone)},
      begin_{std::chrono::ceil<std::chrono::minutes>(begin)}
{
}

const ComparedRuns& CronComparison::compare(std::string_view line, const Task& task)
{
  const auto reading = read_cron_line(line, dialect_);
  const auto key = key_of(reading, task, task.env.contains("CRON_TZ"));
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  return known_.emplace(key, compared(reading, task)).first->second;
}

ComparedRuns CronComparison::compared(const CronReading& reading, const Task& task) const
{
  const auto cron = cron_dialect_text(dialect_);
  switch (reading.kind) {
    case Kind::clock:
      return compared_times(reading, task);
    case Kind::every_second:
      return {};
    case Kind::drawn:
      return {Verdict::not_compared,
              {fmt::format("{} draws a time at each start of its daemon, asyncz keeps one", cron)}};
    case Kind::boot:
      return {Verdict::not_compared,
              {fmt::format("{} runs it when the machine starts, asyncz when a worker next starts, "
                           "and then once for each boot",
                           cron)}};
    case Kind::relative:
      return {Verdict::differs,
              {fmt::format("{} counts from its last run, asyncz runs by the clock", cron)}};
    case Kind::nth_weekday:
      return {Verdict::differs,
              {fmt::format("{} reads both day fields together as the n-th weekday", cron)}};
    case Kind::refused:
      return {Verdict::never_ran, {fmt::format("{} refuses the line and has never run it", cron)}};
  }
  return {};
}

ComparedRuns CronComparison::compared_times(const CronReading& reading, const Task& task) const
{
  const auto cron = cron_dialect_text(dialect_);
  if (!reading.ever_matches()) {
    return {Verdict::never_ran, {fmt::format("{} has never run it", cron)}};
  }
  const auto zone = Zone::load(task.timezone);
  if (!zone) return {Verdict::not_compared, {zone.error().what}};
  const auto plan = calendar_plan(task.trigger, *zone, task.id);
  if (!plan) return {Verdict::not_compared, {plan.error().what}};
  const auto table_zone = task.env.contains("CRON_TZ") ? std::optional{*zone} : std::nullopt;
  const CronDaemon daemon{dialect_, zone_, table_zone};
  const auto differences =
      run_differences(daemon, reading, *plan, begin_, begin_ + compared_span, most_notes + 1);
  ComparedRuns runs;
  for (const auto& difference : differences) {
    runs.verdict = Verdict::differs;
    runs.notes.push_back(runs.notes.size() == most_notes ? "and so at other times"
                                                         : words_of(difference, cron, *zone));
  }
  return runs;
}

std::string CronComparison::fate_of(std::string_view line) const
{
  const auto reading = read_cron_line(line, dialect_);
  const auto cron = cron_dialect_text(dialect_);
  if (reading.kind == Kind::refused) return fmt::format("{} refuses it, too", cron);
  const bool idle = reading.kind == Kind::clock && !reading.ever_matches();
  return idle ? fmt::format("{} has never run it", cron) : "";
}

}  // namespace asyncz
