// SPDX-License-Identifier: MIT
// What becomes of schedules where clocks change, case by case.
#include "schedule/explain.hpp"
#include "schedule/trigger.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;

namespace {

const Zone& berlin()
{
  static const Zone zone = *Zone::load("Europe/Berlin");
  return zone;
}

Trigger trigger_of(TriggerKind kind, const char* expression)
{
  Trigger trigger;
  trigger.kind = kind;
  trigger.expression = expression;
  return trigger;
}

Trigger cron(const char* expression) { return trigger_of(TriggerKind::cron, expression); }

// The times within a few hours of a change of clocks in Berlin, with their offsets.
std::string times_of_day(const Trigger& trigger, std::chrono::sys_days day)
{
  const auto schedule = compile(trigger, berlin(), "id");
  REQUIRE_MESSAGE(schedule, schedule.error().what);
  std::string out;
  const Instant end = day + std::chrono::hours{3};
  auto after = day - std::chrono::hours{1} - Duration{1};
  for (;;) {
    const auto next = (*schedule)->next(after);
    REQUIRE(next);
    if (!*next || **next >= end) break;
    after = **next;
    CHECK(*(*schedule)->last(after) == after);
    const auto text = rfc3339(after, berlin().offset_at(after));
    out += (out.empty() ? "" : " ") + text.substr(11, 5) + text.substr(19, 3);
  }
  return out;
}

const auto spring = std::chrono::sys_days{std::chrono::year{2027} / 3 / 28};
const auto autumn = std::chrono::sys_days{std::chrono::year{2027} / 10 / 31};

}  // namespace

TEST_CASE("a fixed time in the gap runs once, right after it")
{
  CHECK(times_of_day(cron("30 2 * * *"), spring) == "03:00+02");
  CHECK(times_of_day(cron("0,20,40 2 * * *"), spring) == "03:00+02");
  CHECK(times_of_day(cron("0,30 2-3 * * *"), spring) == "03:00+02 03:30+02");
  CHECK(times_of_day(cron("0 3 * * *"), spring) == "03:00+02");
  CHECK(times_of_day(cron("0 2,3 * * *"), spring) == "03:00+02");
  CHECK(times_of_day(cron("* 30 2 * * *"), spring) == "03:00+02");  // fixed, to the minute
  CHECK(times_of_day(cron("hour=2 minute=30"), spring) == "03:00+02");
}

TEST_CASE("a fixed time in the repeated hour runs on the first pass only")
{
  CHECK(times_of_day(cron("30 2 * * *"), autumn) == "02:30+02");
  CHECK(times_of_day(cron("0,30 2-3 * * *"), autumn) == "02:00+02 02:30+02 03:00+01 03:30+01");
}

TEST_CASE("a schedule that follows elapsed time makes nothing up and counts both passes")
{
  CHECK(times_of_day(cron("*/30 * * * *"), spring) ==
        "00:00+01 00:30+01 01:00+01 01:30+01 03:00+02 03:30+02 04:00+02 04:30+02");
  CHECK(times_of_day(cron("30 * * * *"), spring) == "00:30+01 01:30+01 03:30+02 04:30+02");
  CHECK(times_of_day(cron("*/30 2 * * *"), spring).empty());
  CHECK(times_of_day(cron("*/30 2 * * *"), autumn) == "02:00+02 02:30+02 02:00+01 02:30+01");
  CHECK(times_of_day(cron("30 * * * *"), autumn) == "01:30+02 02:30+02 02:30+01 03:30+01");
  CHECK(times_of_day(cron("0 30 */2 * * *"), autumn) == "02:30+02 02:30+01");
  CHECK(times_of_day(cron("minute=30"), autumn) == "01:30+02 02:30+02 02:30+01 03:30+01");
  CHECK(times_of_day(cron("second=0 hour=2"), spring).empty());  // the minute is *
  CHECK(times_of_day(cron("@hourly"), spring) == "00:00+01 01:00+01 03:00+02 04:00+02");
}

TEST_CASE("dst_gap and dst_fold change what happens to fixed times")
{
  auto trigger = cron("30 2 * * *");
  trigger.dst_gap = DstGap::skip;
  CHECK(times_of_day(trigger, spring).empty());
  trigger.dst_fold = DstFold::second;
  CHECK(times_of_day(trigger, autumn) == "02:30+01");
  trigger.dst_fold = DstFold::both;
  CHECK(times_of_day(trigger, autumn) == "02:30+02 02:30+01");
  auto list = cron("0,30 1-3 * * *");
  list.dst_fold = DstFold::second;
  CHECK(times_of_day(list, autumn) == "01:00+02 01:30+02 02:00+01 02:30+01 03:00+01 03:30+01");
}

TEST_CASE("calendar events follow the same rules")
{
  CHECK(times_of_day(trigger_of(TriggerKind::calendar, "02:30"), spring) == "03:00+02");
  CHECK(times_of_day(trigger_of(TriggerKind::calendar, "02:30"), autumn) == "02:30+02");
  CHECK(times_of_day(trigger_of(TriggerKind::calendar, "*:30"), autumn) ==
        "01:30+02 02:30+02 02:30+01 03:30+01");
}

TEST_CASE("the second pass is not lost when nothing comes after it")
{
  CHECK(times_of_day(cron("year=2027 month=10 day=31 hour=2 minute=*/30"), autumn) ==
        "02:00+02 02:30+02 02:00+01 02:30+01");
}

TEST_CASE("a day that a zone has lost runs at the beginning of the next")
{
  const auto apia = *Zone::load("Pacific/Apia");
  const auto schedule = compile(cron("0 9 * * *"), apia, "id");
  REQUIRE(schedule);
  const Instant day =
      std::chrono::sys_days{std::chrono::year{2011} / 12 / 29} + std::chrono::hours{20};
  const auto next = *(*schedule)->next(day);
  CHECK(rfc3339(*next, apia.offset_at(*next)) == "2011-12-31T00:00:00+14:00");
  const auto after = *(*schedule)->next(*next);
  CHECK(rfc3339(*after, apia.offset_at(*after)) == "2011-12-31T09:00:00+14:00");
}

TEST_CASE("half an hour in Lord Howe")
{
  const auto zone = *Zone::load("Australia/Lord_Howe");
  const auto schedule = compile(cron("15 2 * * *"), zone, "id");
  const Instant day = std::chrono::sys_days{std::chrono::year{2027} / 10 / 2};
  const auto next = *(*schedule)->next(day);
  CHECK(rfc3339(*next, zone.offset_at(*next)) == "2027-10-03T02:30:00+11:00");
}

TEST_CASE("notes say where a rule acted")
{
  const auto notes = [](const Trigger& trigger) {
    const Instant from = std::chrono::sys_days{std::chrono::year{2027} / 1 / 1};
    std::string out;
    for (const auto& note :
         dst_notes(trigger, berlin(), "id", from, from + std::chrono::days{365}, 10)) {
      out += note + "\n";
    }
    return out;
  };
  CHECK(notes(cron("30 2 * * *")) ==
        "2027-03-28: 02:30 does not exist; runs at 03:00\n"
        "2027-10-31: 02:30 exists twice; runs the first time (+02:00)\n");
  CHECK(notes(cron("*/15 2 * * *")) ==
        "2027-03-28: 02:00, 02:15, 02:30 … do not exist; nothing is made up for it\n"
        "2027-10-31: 02:00, 02:15, 02:30 … exist twice; runs both times (+02:00 and +01:00)\n");
  CHECK(notes(cron("30 4 * * *")).empty());
  auto skipping = cron("30 2 * * *");
  skipping.dst_gap = DstGap::skip;
  skipping.dst_fold = DstFold::second;
  CHECK(notes(skipping) ==
        "2027-03-28: 02:30 does not exist; does not run\n"
        "2027-10-31: 02:30 exists twice; runs the second time (+01:00)\n");
}

TEST_CASE("a note names the day of a time that is not on the day of the change")
{
  const auto apia = *Zone::load("Pacific/Apia");
  const Instant from = std::chrono::sys_days{std::chrono::year{2011} / 12 / 1};
  const auto notes =
      dst_notes(cron("0 12 30 12 *"), apia, "id", from, from + std::chrono::days{60}, 10);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] == "2011-12-31: 2011-12-30 12:00 does not exist; runs at 00:00");
}
