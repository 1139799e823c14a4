// SPDX-License-Identifier: MIT
// Crontabs, whatever they hold, as each cron reads them. What is read validates and runs as it ran
// there, what is not has a reason. The first byte chooses the cron and whether there is a user.
#include "base/text.hpp"
#include "import/cron_comparison.hpp"
#include "import/crontab_task.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

using namespace asyncz;

namespace {

constexpr Instant now = std::chrono::sys_days{std::chrono::year{2027} / 3 / 27};

void require(bool holds)
{
  if (!holds) std::abort();
}

// Clocks never change in UTC.
void require_same(CronComparison& comparison, std::string_view line, const Task& task)
{
  const bool elsewhere = task.env.contains("CRON_TZ");
  const bool after_last_run = comparison.dialect() == CronDialect::dcron && line.starts_with('@');
  const auto verdict = comparison.compare(line, task).verdict;
  require(verdict != ComparedRuns::Verdict::differs || elsewhere || after_last_run);
}

void try_crontab(std::string_view text, bool user_column, std::optional<CronDialect> dialect)
{
  const auto crontab = read_crontab(
      text, {user_column, [](std::string_view name) { return name == "root"; }, dialect});
  CrontabSource source{"/etc/crontab", "me", {}};
  source.base.timezone = "UTC";
  const auto made = tasks_of(crontab, source);
  const auto lines = split(text, '\n');
  CronComparison comparison{dialect.value_or(CronDialect::cronie), Zone{}, now};
  for (const auto& [line, task, warnings] : made.tasks) {
    require(static_cast<bool>(validate(task)));
    require_same(comparison, trimmed(lines.at(static_cast<std::size_t>(line) - 1)), task);
  }
  for (const auto& [line, error] : made.problems) {
    require(line > 0 && !error.what.empty());
    (void)comparison.fate_of(lines.at(static_cast<std::size_t>(line) - 1));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto dialect = data[0] / 2 % 6;
  try_crontab(text, data[0] % 2 == 1,
              dialect == 5 ? std::nullopt : std::optional{static_cast<CronDialect>(dialect)});
  return 0;
}
