// SPDX-License-Identifier: MIT
#include "import/cron_comparison.hpp"
#include "import/crontab_task.hpp"
#include "import/run_difference.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

using namespace asyncz;
using namespace std::chrono_literals;
using Verdict = ComparedRuns::Verdict;

namespace {

constexpr std::array all_dialects{CronDialect::cronie, CronDialect::vixie, CronDialect::busybox,
                                  CronDialect::dcron, CronDialect::bsd};
const Instant begin = std::chrono::sys_days{2026y / 11 / 23};

ComparedRuns compared(CronDialect dialect, const std::string& text,
                      const std::string& zone = "Europe/Berlin")
{
  CrontabSource source{"/etc/crontab", "root", {}};
  source.base.timezone = zone;
  const auto made = tasks_of(read_crontab(text, {false, {}, dialect}), source);
  for (const auto& problem : made.problems) MESSAGE(problem.error.what);
  REQUIRE(made.tasks.size() == 1);
  CronComparison comparison{dialect, *Zone::load(zone), begin};
  return comparison.compare(text.substr(text.rfind('\n') + 1), made.tasks[0].task);
}

bool mentions(const ComparedRuns& runs, std::string_view text)
{
  return std::ranges::any_of(
      runs.notes, [&](const std::string& note) { return note.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("what runs at the same times for two years is the same")
{
  for (const auto* const line : {"*/5 * * * * a", "30 4 * * 1-5 a", "0 0 1,15 * fri a", "@daily a",
                                 "0 0 */2 * mon a", "15 10-14/2 * jun-aug * a", "0 3 29 2 * a"}) {
    CAPTURE(std::string{line});
    CHECK(compared(CronDialect::cronie, line).verdict == Verdict::same);
  }
  CHECK(compared(CronDialect::cronie, "30 2 * * * a").verdict == Verdict::same);
  CHECK(compared(CronDialect::busybox, "30 2 * * * a", "UTC").verdict == Verdict::same);
  CHECK(compared(CronDialect::busybox, "0 0 5 * 0-6 a").verdict == Verdict::same);
  CHECK(compared(CronDialect::vixie, "0 0 $ * * a").verdict == Verdict::same);
}

TEST_CASE("where clocks change, the first times that differ are named")
{
  const auto runs = compared(CronDialect::busybox, "30 2 * * * a");
  CHECK(runs.verdict == Verdict::differs);
  REQUIRE(runs.notes.size() == 3);
  CHECK(runs.notes[0] == "asyncz runs at 2027-03-28T03:00:00+02:00, where busybox does not");
  CHECK(runs.notes[1] == "busybox runs at 2027-10-31T02:30:00+01:00, where asyncz does not");
  const auto twice = compared(CronDialect::cronie, "10,40 2 * * * a");
  REQUIRE_FALSE(twice.notes.empty());
  CHECK(twice.notes[0] ==
        "cronie runs more than once at 2027-03-28T03:00:00+02:00, where asyncz runs once");
  const auto later = compared(CronDialect::bsd, "30 2 * * * a");
  CHECK(later.notes.at(0) ==
        "bsd runs at 2027-03-28T03:30:00+02:00, asyncz at 2027-03-28T03:00:00+02:00");
}

TEST_CASE("CRON_TZ moves what a cron that does not know it ran by its own clock")
{
  const std::string crontab = "CRON_TZ=Asia/Tokyo\n0 9 * * * a";
  CHECK(compared(CronDialect::cronie, crontab, "UTC").verdict == Verdict::same);
  const auto runs = compared(CronDialect::vixie, crontab, "UTC");
  CHECK(runs.verdict == Verdict::differs);
  CHECK(mentions(runs,
                 "vixie runs at 2026-11-23T18:00:00+09:00, asyncz at 2026-11-23T09:00:00+09:00"));
  CHECK(compared(CronDialect::vixie, "CRON_TZ=Asia/Tokyo\n* * * * * a", "UTC").verdict ==
        Verdict::same);
}

TEST_CASE("what has no times of the clock is not compared, and told")
{
  CHECK(compared(CronDialect::cronie, "@reboot a").verdict == Verdict::not_compared);
  CHECK(compared(CronDialect::cronie, "~ 4 * * * a").verdict == Verdict::not_compared);
  CHECK(mentions(compared(CronDialect::dcron, "@hourly ID=x a"), "last run"));
  CHECK(compared(CronDialect::bsd, "@every_second a").verdict == Verdict::same);
  CHECK(compared(CronDialect::vixie, "@every_minute a").verdict == Verdict::never_ran);
}

TEST_CASE("of a line that is not carried over its cron's treatment is told")
{
  const CronComparison cronie{CronDialect::cronie, Zone{}, begin};
  CHECK(cronie.fate_of("0 22-4 * * * a") == "cronie has never run it");
  CHECK(cronie.fate_of("0 0 30 2 * a") == "cronie has never run it");
  CHECK(cronie.fate_of("0 0 31 4,6,9,11 * a") == "cronie has never run it");
  CHECK(cronie.fate_of("60 * * * * a") == "cronie refuses it, too");
  CHECK(cronie.fate_of("*/60 * * * * a").empty());
  CHECK(cronie.fate_of("0 0 29 2 * a").empty());
  const CronComparison busybox{CronDialect::busybox, Zone{}, begin};
  CHECK(busybox.fate_of("0 22-4 * * * a").empty());
}

namespace {

using Random = std::mt19937;

int between(Random& random, int low, int high)
{
  return std::uniform_int_distribution{low, high}(random);
}

std::string random_field(Random& random, int low, int high)
{
  const int first = between(random, low, high);
  const int last = between(random, first, high);
  switch (between(random, 0, 5)) {
    case 0:
      return std::to_string(first);
    case 1:
      return std::to_string(first) + "-" + std::to_string(last);
    case 2:
      return "*/" + std::to_string(between(random, 1, (high - low) / 2));
    case 3:
      return std::to_string(first) + "," + std::to_string(last);
    default:
      return "*";
  }
}

std::string random_line(Random& random)
{
  return random_field(random, 0, 59) + " " + random_field(random, 0, 5) + " " +
         random_field(random, 1, 31) + " " + random_field(random, 1, 12) + " " +
         random_field(random, 0, 6) + " a";
}

// Both sides over eight months, minute by minute.
void check_against_all_minutes(CronDialect dialect, const std::string& line, const Zone& zone,
                               const Zone& machine)
{
  CAPTURE(line);
  CAPTURE(cron_dialect_text(dialect));
  CAPTURE(zone.name());
  CAPTURE(machine.name());
  Trigger trigger;
  trigger.kind = TriggerKind::cron;
  trigger.expression = line.substr(0, line.size() - 2);
  const auto plan = calendar_plan(trigger, zone, "id");
  const auto reading = read_cron_line(line, dialect);
  if (!plan || reading.kind != CronReading::Kind::clock) return;
  const CronDaemon daemon{dialect, machine, zone};
  const Instant spring = std::chrono::sys_days{2027y / 3 / 10};
  const Instant end = std::chrono::sys_days{2027y / 11 / 11};
  const auto all = run_differences(daemon, reading, *plan, spring, end, 1'000'000);
  std::multiset<Instant> found;
  for (const auto& part : all) {
    found.insert(part.theirs.begin(), part.theirs.end());
    found.insert(part.ours.begin(), part.ours.end());
  }
  const auto theirs = daemon.starts(reading, spring, end);
  std::vector<Instant> ours;
  const auto schedule = compile(trigger, zone, "id");
  for (auto next = *(*schedule)->next(spring - Duration{1}); next && *next < end;
       next = *(*schedule)->next(*next)) {
    ours.push_back(*next);
  }
  std::vector<Instant> expected;
  std::ranges::set_symmetric_difference(theirs, ours, std::back_inserter(expected));
  CHECK(std::ranges::equal(found, expected));
}

}  // namespace

TEST_CASE("the days in between are compared as exactly as all their minutes would be")
{
  Random random{20261123};
  constexpr std::array names{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                             "Asia/Kathmandu", "UTC"};
  for (int i = 0; i < 10; ++i) {
    const auto dialect = all_dialects.at(static_cast<std::size_t>(i) % all_dialects.size());
    const auto zone = Zone::load(names.at(static_cast<std::size_t>(between(random, 0, 4))));
    const auto machine = Zone::load(names.at(static_cast<std::size_t>(between(random, 0, 4))));
    check_against_all_minutes(dialect, random_line(random), *zone, i % 2 == 0 ? *zone : *machine);
  }
}
