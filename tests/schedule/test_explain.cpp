// SPDX-License-Identifier: MIT
#include "schedule/explain.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;

namespace {

Trigger trigger_of(TriggerKind kind, const char* expression)
{
  Trigger trigger;
  trigger.kind = kind;
  trigger.expression = expression;
  return trigger;
}

std::string words(const char* expression)
{
  const auto text = describe(trigger_of(TriggerKind::cron, expression), Zone{}, "id");
  CHECK(text.ends_with(" in UTC"));
  return text.substr(0, text.size() - 7);
}

std::string advised(const char* expression)
{
  const auto zone = *Zone::load("Europe/Berlin");
  std::string out;
  for (const auto& one : advice(trigger_of(TriggerKind::cron, expression), zone, "id"))
    out += one + "\n";
  return out;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a schedule in words")
{
  CHECK(describe(trigger_of(TriggerKind::cron, "30 2 * * *"), *Zone::load("Europe/Berlin"), "id") ==
        "at 02:30 every day in Europe/Berlin");
  CHECK(words("* * * * *") == "every minute");
  CHECK(words("* * * * * *") == "every second");
  CHECK(words("*/10 * * * * *") == "every 10 seconds");
  CHECK(words("*/5 * * * *") == "every 5 minutes");
  CHECK(words("3-59/15 * * * *") == "every 15 minutes from minute 3");
  CHECK(words("*/7 * * * *") == "at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour");
  CHECK(words("0 * * * *") == "every hour");
  CHECK(words("30 * * * *") == "at minute 30 of every hour");
  CHECK(words("0 */2 * * *") == "every 2 hours");
  CHECK(words("0 9-17 * * mon-fri") ==
        "every hour from 09:00 to 17:00 every day from Monday to Friday");
  CHECK(words("* 3 * * *") == "every minute from 03:00 to 03:59");
  CHECK(words("15,45 9,17 * * *") == "at 09:15, 09:45, 17:15 and 17:45 every day");
  CHECK(words("30 0 0 * * *") == "at 00:00:30 every day");
  CHECK(words("15,45 0 0 * * *") == "at 00:00:15 and 00:00:45 every day");
  CHECK(words("0 1-23/2 * * *") == "every 2 hours from 01:00");
  CHECK(words("* 30 2 * * *") == "every second of minute 30 of hour 2");
  CHECK(words("0 0 1,15 * *") == "at 00:00 on days 1 and 15 of the month");
  CHECK(words("0 */4 * * *") == "every 4 hours");
  CHECK(words("30 */2 * * *") == "every 2 hours from 00:30");
  CHECK(words("15 */6 * * *") == "at 00:15, 06:15, 12:15 and 18:15 every day");
  CHECK(words("year=*/2 month=6 hour=3") == "at 03:00 every day in June every 2 years from 1970");
  CHECK(words("*/15 8-18 * * *") == "every 15 minutes from 08:00 to 18:45");
  CHECK(words("15,45 8-18/2 * * *") ==
        "at minutes 15 and 45 of hours 8, 10, 12, 14, 16 and 18 every day");
  CHECK(words("0 0 29 2 *") == "at 00:00 on day 29 of February");
  CHECK(words("0 0 1 * 1-5") ==
        "at 00:00 on day 1 of the month or every day from Monday to Friday");
  CHECK(words("0 0 */2 * 5#3") ==
        "at 00:00 on days 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29 and 31 of the "
        "month if it is the third Friday of the month");
  CHECK(words("0 0 13 * 5") == "at 00:00 on day 13 of the month or on Fridays");
  CHECK(words("day=13 day_of_week=fri") == "at 00:00 on day 13 of the month if it is Friday");
  CHECK(words("7 7 7 7 7") == "at 07:07 in July, on day 7 of the month or on Sundays");
  CHECK(words("month=5 day=1-7 day_of_week=0-2,5") ==
        "at 00:00 in May, on days 1-7 of the month if it is Monday to Wednesday or Saturday");
  CHECK(words("0 0 L * *") == "at 00:00 on the last day of the month");
  CHECK(words("0 0 LW 12 *") == "at 00:00 on the last workday of December");
  CHECK(words("0 0 15W * *") == "at 00:00 on the workday nearest to day 15 of the month");
  CHECK(words("0 0 * * 5L") == "at 00:00 on the last Friday of the month");
  CHECK(words("0 0 * * 5#3") == "at 00:00 on the third Friday of the month");
  CHECK(words("0 0 * * sat,sun") == "at 00:00 on Saturdays and Sundays");
  CHECK(words("0 0 1 jan-mar *") == "at 00:00 on day 1 of the month in January to March");
  CHECK(words("week=53 day_of_week=sun") == "at 00:00 on Sundays in ISO week 53");
  CHECK(words("year=2027 month=1 day=1") == "at 00:00 on day 1 of January in 2027");
  CHECK(describe(trigger_of(TriggerKind::calendar, "Mon *-*~07/1 09:00 Europe/Berlin"), Zone{},
                 "id") ==
        "at 09:00 on the last 7 days of the month if it is Monday in Europe/Berlin");
  CHECK(describe(trigger_of(TriggerKind::calendar, "*:*:3.33/10.05"), Zone{}, "id") ==
        "every 10.05 seconds from second 03.33 of every minute in UTC");
  CHECK(describe(trigger_of(TriggerKind::calendar, "*:*:0/0.5"), Zone{}, "id") ==
        "every 0.5 seconds in UTC");
}

TEST_CASE("other triggers in words")
{
  Trigger interval;
  interval.kind = TriggerKind::interval;
  interval.every = std::chrono::minutes{5};
  interval.start = Instant{};
  CHECK(describe(interval, Zone{}, "id") == "every 5m from 1970-01-01T00:00:00+00:00");
  Trigger both;
  both.kind = TriggerKind::any;
  both.children = {interval, trigger_of(TriggerKind::cron, "@daily")};
  CHECK(describe(both, Zone{}, "id") ==
        "whenever any of these is due: every 5m from 1970-01-01T00:00:00+00:00; "
        "at 00:00 every day in UTC");
  both.end = Instant{std::chrono::hours{1}};
  CHECK(describe(both, Zone{}, "id")
            .starts_with(
                "whenever any of these is due, until 1970-01-01T01:00:00+00:00: every 5m from"));
}

TEST_CASE("advice on what was probably not meant")
{
  CHECK(has(advised("*/7 * * * *"),
            "0, 7, 14, 21, 28, 35, 42, 49, 56: the last gap is 4m; write --every 7m"));
  CHECK(has(advised("*/45 * * * *"), "0, 45: the last gap is 15m"));
  CHECK(has(advised("0 */5 * * *"), "the last gap is 4h"));
  CHECK(has(advised("0 0 */2 * *"), "begins anew with each month"));
  CHECK(has(advised("* 3 * * *"), "60 times"));
  CHECK(has(advised("* * * * 2"), "1440 times"));
  CHECK(has(advised("0 0 13 * 5"), "either is enough"));
  CHECK(has(advised("0 0 31 * *"), "months without day 31 are skipped"));
  CHECK(has(advised("0 0 29 2 *"), "leap years only"));
  CHECK(has(advised("30 2 * * *"), "02:30 does not exist in Europe/Berlin"));
  CHECK(has(advised("minute=*/7"), "--every 7m"));
  const auto without_task = advice(trigger_of(TriggerKind::cron, "H 1~5 * * THU"), Zone{}, "");
  REQUIRE(without_task.size() == 2);
  CHECK(has(without_task[0], "H in the minute field is chosen by the task's id"));
  CHECK(has(without_task[1], "1~5 in the hour field"));
  CHECK(advised("H 1~5 * * THU").empty());
  for (const auto* good : {"*/15 * * * *", "0 4 * * *", "@daily", "0 9 * * mon-fri", "30 2 * * mon",
                           "0 0 1 * *", "* * * * *", "*/30 2 L * *"}) {
    CAPTURE(good);
    CHECK(advised(good).empty());
  }
}
