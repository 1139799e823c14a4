// SPDX-License-Identifier: MIT
#include "schedule/trigger.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;

namespace {

Trigger cron(std::string expression)
{
  Trigger trigger;
  trigger.kind = TriggerKind::cron;
  trigger.expression = std::move(expression);
  return trigger;
}

constexpr Instant beginning = std::chrono::sys_days{std::chrono::year{2027} / 1 / 1} - Duration{1};

// The first times from 2027 on in UTC, as `01-31 02:30` (with seconds where they are not 0).
std::string times(const std::string& expression, int count, std::string_view task_id = "id")
{
  const auto schedule = compile(cron(expression), Zone{}, task_id);
  if (!schedule) return schedule.error().what + " | " + schedule.error().hint;
  std::string out;
  auto after = beginning;
  for (int i = 0; i < count; ++i) {
    const auto next = (*schedule)->next(after);
    if (!next || !*next) return out + "(none)";
    after = **next;
    auto text = rfc3339(after, std::chrono::seconds{0}).substr(5, 14);
    if (text.ends_with(":00")) text.resize(11);
    text[5] = ' ';
    out += (out.empty() ? "" : ", ") + text;
  }
  return out;
}

bool refused(const std::string& expression, const char* what, const char* hint)
{
  const auto text = times(expression, 1);
  CAPTURE(text);
  const auto bar = text.find(" | ");
  const bool as_expected = bar != std::string::npos && text.find(what) < bar &&
                           text.find(hint, bar) != std::string::npos;
  CHECK(as_expected);
  return as_expected;
}

}  // namespace

TEST_CASE("a crontab line means what it means to cron")
{
  CHECK(times("30 2 * * *", 2) == "01-01 02:30, 01-02 02:30");
  CHECK(times("*/20 * * * *", 4) == "01-01 00:00, 01-01 00:20, 01-01 00:40, 01-01 01:00");
  CHECK(times("0 9-11 * * *", 4) == "01-01 09:00, 01-01 10:00, 01-01 11:00, 01-02 09:00");
  CHECK(times("10-20/5 0 * * *", 3) == "01-01 00:10, 01-01 00:15, 01-01 00:20");
  CHECK(times("0000000000030 7 * * *", 1) == "01-01 07:30");
  CHECK(times("00,30 007 * * *", 2) == "01-01 07:00, 01-01 07:30");
  CHECK(times("0 0 * JAN-mar Sun", 2) == "01-03 00:00, 01-10 00:00");
  CHECK(times("  0\t0 1 1 *  ", 1) == "01-01 00:00");
  CHECK(times("15 0 0 * * *", 2) == "01-01 00:00:15, 01-02 00:00:15");
}

TEST_CASE("0 and 7 are Sunday, and fri-sun is three days")
{
  CHECK(times("0 0 * * 0", 1) == "01-03 00:00");
  CHECK(times("0 0 * * 7", 1) == "01-03 00:00");
  CHECK(times("0 0 * * fri-sun", 4) == "01-01 00:00, 01-02 00:00, 01-03 00:00, 01-08 00:00");
  CHECK(times("0 0 * * 6-7", 3) == "01-02 00:00, 01-03 00:00, 01-09 00:00");
  CHECK(times("0 0 * * 0-7", 2) == "01-01 00:00, 01-02 00:00");
}

TEST_CASE("the day fields are joined by or, unless one begins with a star")
{
  CHECK(times("0 0 13 * 5", 3) == "01-01 00:00, 01-08 00:00, 01-13 00:00");
  CHECK(times("0 0 */2 * 5", 2) == "01-01 00:00, 01-15 00:00");
  CHECK(times("0 0 13 * *", 2) == "01-13 00:00, 02-13 00:00");
  CHECK(times("0 0 * * 5", 2) == "01-01 00:00, 01-08 00:00");
  CHECK(times("0 0 30 2 1", 2) == "02-01 00:00, 02-08 00:00");
}

TEST_CASE("days that a number cannot name")
{
  CHECK(times("0 0 L * *", 3) == "01-31 00:00, 02-28 00:00, 03-31 00:00");
  CHECK(times("0 0 LW * *", 3) == "01-29 00:00, 02-26 00:00, 03-31 00:00");
  CHECK(times("0 0 15W * *", 3) == "01-15 00:00, 02-15 00:00, 03-15 00:00");
  CHECK(times("0 0 1W 5 *", 1) == "05-03 00:00");   // 1 May is a Saturday
  CHECK(times("0 0 31W 1 *", 1) == "01-29 00:00");  // 31 January is a Sunday
  CHECK(times("0 0 2W 5 *", 1) == "05-03 00:00");
  CHECK(times("0 0 * * 5L", 2) == "01-29 00:00, 02-26 00:00");
  CHECK(times("0 0 * * friL", 1) == "01-29 00:00");
  CHECK(times("0 0 * * 5#3", 2) == "01-15 00:00, 02-19 00:00");
  CHECK(times("0 0 * * SUN#5", 2) == "01-31 00:00, 05-30 00:00");
  CHECK(times("0 0 1,L * *", 3) == "01-01 00:00, 01-31 00:00, 02-01 00:00");
  CHECK(times("0 0 29 2 *", 1) == "02-29 00:00");
}

TEST_CASE("n/step goes on to the field's end")
{
  CHECK(times("5/25 0 * * *", 3) == "01-01 00:05, 01-01 00:30, 01-01 00:55");
  CHECK(times("0 0 * 11/1 *", 1) == "11-01 00:00");
  CHECK(times("0 0 * * 5/2", 3) == "01-01 00:00, 01-03 00:00, 01-08 00:00");  // as in 5-7/2
  CHECK(times("0 0 * * 0/7", 2) == times("0 0 * * */7", 2));
}

TEST_CASE("nicknames")
{
  CHECK(times("@hourly", 2) == "01-01 00:00, 01-01 01:00");
  CHECK(times("@daily", 2) == times("@midnight", 2));
  CHECK(times("@weekly", 1) == "01-03 00:00");
  CHECK(times("@monthly", 2) == "01-01 00:00, 02-01 00:00");
  CHECK(times("@yearly", 1) == times("@annually", 1));
  refused("@Daily", "no such nickname", "write @daily");
  refused("@every 5m", "no such nickname", "--every 5m");
  refused("@every_minute", "no such nickname", "write * * * * *");
  refused("@every_second", "no such nickname", "write * * * * * *");
  refused("@reboot", "no calendar schedule", "--on-boot");
}

TEST_CASE("a hashed choice is stable for a task and differs between tasks")
{
  CHECK(times("H H * * *", 2, "a") == times("H H * * *", 2, "a"));
  std::string all;
  for (const auto* id : {"a", "b", "c", "d", "e", "f"})
    all += times("H H * * *", 1, id).substr(6) + " ";
  CHECK(all.find(all.substr(0, 6), 6) == std::string::npos);
  for (const auto* id : {"a", "b", "c", "d", "e", "f"}) {
    CAPTURE(id);
    const auto minute = std::stoi(times("10~20 0 * * *", 1, id).substr(9));
    CHECK(minute >= 10);
    CHECK(minute <= 20);
    const auto in_range = std::stoi(times("0 H(2-5) * * *", 1, id).substr(6));
    CHECK(in_range >= 2);
    CHECK(in_range <= 5);
    const auto twice = times("H/30 0 * * *", 2, id);
    CHECK(std::stoi(twice.substr(22)) - std::stoi(twice.substr(9)) == 30);
    CHECK(std::stoi(times("0 0 H 2 *", 1, id).substr(3)) <= 28);
  }
}

TEST_CASE("what other crons misread is refused with what was meant")
{
  refused("0 22-4 * * *", "hour field: 22-4 runs backwards", "write 22-23,0-4");
  refused("0 19-7/2 * * *", "runs backwards", "write 19,21,23,1,3,5,7");
  refused("0 0 * * sat-mon", "day-of-week field: sat-mon runs backwards", "write 6,0-1");
  refused("0 0 * * 5-0", "runs backwards", "write 5-7");
  refused("0 0 * 11-2 *", "runs backwards", "write 11-12,1-2");
  refused("*/60 * * * *", "the step of */60 is larger than its range",
          "write 0, or use --every 60m");
  refused("0 */24 * * *", "larger than its range", "--every 24h");
  refused("1-20/30 * * * *", "larger than its range", "write 1");
  refused("5-5/3 * * * *", "larger than its range", "write 5");
  refused("50/15 * * * *", "larger than its range", "write 50");
  refused("60 * * * *", "minute field: 60 is out of range", "0-59");
  refused("0 24 * * *", "hour field: 24 is out of range", "0-23");
  refused("0 0 0 * *", "day-of-month field: 0 is out of range", "1-31");
  refused("0 0 30 2 *", "no year has such a date", "L");
  refused("0 0 31 4,6,9,11 *", "no year has such a date", "L");
}

TEST_CASE("what cannot be read says where and what to write")
{
  refused("", "0 fields", "minute hour day-of-month month day-of-week");
  refused("0 0 * *", "4 fields", "minute hour");
  refused("0 0 0 * * * 2027", "7 fields", "named fields");
  refused("0 0 * june *", "month field: no such name: june", "write jun");
  refused("0 0 * * mo", "no such name: mo", "write mon");
  refused("0 0 ? * 1", "? is not known here", "write *");
  refused("1,,3 * * * *", "a number is missing", "blanks");
  refused("1, * * * *", "a number is missing", "blanks");
  refused("*/0 * * * *", "no number above 0", "*/5");
  refused("*/ * * * *", "no number above 0", "*/5");
  refused("*/-1 * * * *", "no number above 0", "*/5");
  refused("1a * * * *", "cannot read \"1a\"", "0-59");
  refused("** * * * *", "cannot read", "0-59");
  refused("1--2 * * * *", "cannot read", "0-59");
  refused("-1 * * * *", "cannot read", "0-59");
  refused("0 0 * * L", "does not say which day", "5L");
  refused("0 0 * * 5#6", "no such week of a month: 6", "5L");
  refused("0 0 * * fri#L", "no such week", "friL");
  refused("0 0 L-3 * *", "not known here", "--calendar");
  refused("H(0-70) * * * *", "out of range", "0-59");
  refused("H(0-7 * * * *", "lacks a )", "H(0-7)");
  refused("20~10 * * * *", "runs backwards", "10~20");
  refused("CRON_TZ=UTC 0 5 * * *", "time zone", "--tz UTC");
  refused("99999999999999999999 * * * *", "cannot read", "0-59");
}

TEST_CASE("named fields must all match, and those below the least given one are at their minimum")
{
  CHECK(times("day=\"last sun\" hour=3 minute=30", 2) == "01-31 03:30, 02-28 03:30");
  CHECK(times("day='2nd fri,last' hour=1", 3) == "01-08 01:00, 01-31 01:00, 02-12 01:00");
  CHECK(times("day=13 day_of_week=fri", 1) == "08-13 00:00");
  CHECK(times("month=feb", 1) == "02-01 00:00");
  CHECK(times("minute=*/30", 2) == "01-01 00:00, 01-01 00:30");
  CHECK(times("week=53", 2) == "01-01 00:00, 01-02 00:00");
  CHECK(times("day_of_week=0", 1) == "01-04 00:00");
  CHECK(times("year=2028/2 month=2 day=last", 1) == "02-29 00:00");
  CHECK(times("second=*/30", 3) == "01-01 00:00, 01-01 00:00:30, 01-01 00:01");
  CHECK(times("year=2026", 1) == "(none)");
  refused("day=last sun", "no such field: sun", "quote values");
  refused("dya=3", "no such field: dya", "write day");
  refused("hour=3 hour=4", "hour is given twice", "");
  refused("day=\"6th mon\"", "day field", "1-31");
  refused("day=\"last foo\"", "no such weekday: foo", "last sun");
  refused("day_of_week=sat-mon", "runs backwards", "write 5-6,0");
  refused("year=1969", "out of range", "1970-9999");
  refused("day=\"last", "quote is not closed", "");
  refused("year=2027 month=2 day=29", "no year has such a date", "");
}
