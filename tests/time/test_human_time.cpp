// SPDX-License-Identifier: MIT
#include "time/human_time.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;

namespace {

const Zone& berlin()
{
  static const Zone zone = *Zone::load("Europe/Berlin");
  return zone;
}

// A Wednesday, 15:00 in Berlin.
Instant now() { return instant_of(1'806'242'400'000'000) - std::chrono::days{4}; }

std::string shown(const Result<HumanTime>& time)
{
  if (!time) return time.error().what + " | " + time.error().hint;
  return rfc3339(time->at, berlin().offset_at(time->at)) +
         (time->warnings.empty() ? "" : " (warning)");
}

std::string coming(const char* text)
{
  return shown(parse_time(text, now(), berlin(), TimeSense::coming));
}
std::string any(const char* text)
{
  return shown(parse_time(text, now(), berlin(), TimeSense::any));
}
std::string past(const char* text)
{
  return shown(parse_time(text, now(), berlin(), TimeSense::past));
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the test's present is known") { CHECK(coming("now") == "2027-03-24T15:00:00+01:00"); }

TEST_CASE("what has two readings is refused with both")
{
  for (const auto* text : {"03/04/2027", "03.04.2027", "3-4-2027 10:00"}) {
    CHECK(has(coming(text), "can mean 2027-03-04 or 2027-04-03"));
  }
  CHECK(has(coming("13.3.2027"), "write 2027-03-13"));
  CHECK(has(coming("next mon 09:00"), "can mean 2027-03-29 or 2027-04-05"));
  CHECK(has(coming("next mon 09:00"), "mon 09:00 for the next such time"));
  CHECK(has(coming("1430"), "14:30 for a time of day"));
  CHECK(has(coming("20270328"), "2027-03-28 for a date"));
  CHECK(has(coming("+1:30"), "can mean 1h30m or 1m30s"));
  CHECK(has(coming("in 1,500s"), "can mean 1.500s or 1500s"));
  for (const auto* text : {"+1M", "in 1M", "now+1M"}) {
    CHECK(has(coming(text), "no fixed length"));
  }
  CHECK(has(any("1M ago"), "no fixed length"));
}

TEST_CASE("ISO 8601, local where it has no offset")
{
  CHECK(coming("2027-05-01T02:30:00Z") == "2027-05-01T04:30:00+02:00");
  CHECK(coming("2027-05-01t02:30:00.25z") == "2027-05-01T04:30:00.250000+02:00");
  CHECK(coming("2027-05-01T02:30:00-05:00") == "2027-05-01T09:30:00+02:00");
  CHECK(coming("2027-05-01T02:30+0530") == "2027-04-30T23:00:00+02:00");
  CHECK(coming("2027-05-01 02:30") == "2027-05-01T02:30:00+02:00");
  CHECK(coming("2027-05-01") == "2027-05-01T00:00:00+02:00");
  CHECK(coming("2027-5-1 2:30") == "2027-05-01T02:30:00+02:00");
  CHECK(coming("20270501T023000Z") == "2027-05-01T04:30:00+02:00");
  CHECK(coming("1999-01-01T00:00:00Z") == "1999-01-01T01:00:00+01:00");
  for (const auto* text :
       {"2027-02-29", "2027-13-01", "2027-05-01T24:00", "2027-05-01T12:60", "2027-05-01T",
        "2027-05", "2027-05-01T12", "2027-05-01T12:00+2", "2027-05-01T12:00:00.1234567",
        "2027-05-01T12:00 Mars", "0000-01-01", "2027-W12-3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text, now(), berlin(), TimeSense::any));
  }
}

TEST_CASE("seconds since 1970, and times relative to now")
{
  CHECK(coming("@1800000000") == "2027-01-15T09:00:00+01:00");
  CHECK(coming("@1800000000.5") == "2027-01-15T09:00:00.500000+01:00");
  CHECK(coming("@-1") == "1970-01-01T00:59:59+01:00");
  CHECK(coming("+5m") == "2027-03-24T15:05:00+01:00");
  CHECK(coming("in 5m") == "2027-03-24T15:05:00+01:00");
  CHECK(coming("In  2 hours") == "2027-03-24T17:00:00+01:00");
  CHECK(coming("now + 1h30m") == "2027-03-24T16:30:00+01:00");
  CHECK(any("2h ago") == "2027-03-24T13:00:00+01:00");
  CHECK(any("-2h") == "2027-03-24T13:00:00+01:00");
  CHECK(has(coming("2h ago"), "lies in the past"));
  CHECK(coming("+4d") == "2027-03-28T16:00:00+02:00");  // elapsed time, across the change
}

TEST_CASE("a time of day is the next one; since when something happened, the last one")
{
  CHECK(coming("16:30") == "2027-03-24T16:30:00+01:00");
  CHECK(coming("14:30") == "2027-03-25T14:30:00+01:00");
  CHECK(coming("9:05:30") == "2027-03-25T09:05:30+01:00");
  CHECK(coming("4pm") == "2027-03-24T16:00:00+01:00");
  CHECK(coming("12:15am") == "2027-03-25T00:15:00+01:00");
  CHECK(coming("noon") == "2027-03-25T12:00:00+01:00");
  CHECK(coming("midnight") == "2027-03-25T00:00:00+01:00");
  CHECK(any("14:30") == "2027-03-25T14:30:00+01:00");
  CHECK(past("14:30") == "2027-03-24T14:30:00+01:00");
  CHECK(past("16:30") == "2027-03-23T16:30:00+01:00");
}

TEST_CASE("days by their names")
{
  CHECK(coming("wed 09:00") == "2027-03-31T09:00:00+02:00");
  CHECK(coming("wed 16:00") == "2027-03-24T16:00:00+01:00");
  CHECK(coming("Monday 09:00") == "2027-03-29T09:00:00+02:00");
  CHECK(any("mon 09:00") == "2027-03-29T09:00:00+02:00");
  CHECK(past("mon 09:00") == "2027-03-22T09:00:00+01:00");
  CHECK(past("wed 16:00") == "2027-03-17T16:00:00+01:00");
  CHECK(coming("today 18:00") == "2027-03-24T18:00:00+01:00");
  CHECK(coming("tomorrow 09:00") == "2027-03-25T09:00:00+01:00");
  CHECK(coming("tomorrow at 9am") == "2027-03-25T09:00:00+01:00");
  CHECK(coming("tomorrow") == "2027-03-25T00:00:00+01:00 (warning)");
  CHECK(any("yesterday 18:00") == "2027-03-23T18:00:00+01:00");
  CHECK(any("yesterday") == "2027-03-23T00:00:00+01:00");
  CHECK(has(coming("yesterday 18:00"), "lies in the past"));
}

TEST_CASE("what has two readings is refused with both")
{
  CHECK(has(coming("next friday"), "can mean 2027-03-26 or 2027-04-02"));
  CHECK(has(coming("03/04/2027"), "can mean 2027-03-04 or 2027-04-03"));
  CHECK(has(coming("28/03/2027"), "write 2027-03-28"));
  CHECK(has(coming("03/04"), "can mean 2027-03-04 or 2027-04-03"));
  CHECK(has(coming("2027/04/03 10:00"), "with hyphens | write 2027-04-03"));
  CHECK(has(coming("2027.4.3"), "write 2027-04-03"));
}

TEST_CASE("what cannot be read says what to write")
{
  CHECK(has(coming("5m"), "write +5m"));
  CHECK(has(any("5m"), "5m ago"));
  CHECK(has(coming("1800000000"), "write @1800000000"));
  CHECK(has(coming("mon"), "write mon 09:00"));
  CHECK(has(coming("24:00"), "no such time of day | a day is from 00:00 to 23:59:59"));
  CHECK(has(coming("2027-06-30T23:59:60Z"), "\"2027-06-30T23:59:60Z\": no such time of day"));
  CHECK(has(coming("2027-06-30T12:00 UTC"), "write Z or +02:00"));
  CHECK(has(coming("@1800000000.1234567"), "finer than a microsecond"));
  for (const auto* text : {"", " ", "soon", "25:00", "14:30:61", "13pm", "mon 9", "in", "+", "@",
                           "@x", "@1e9", "now 5m", "tomorrow morning", "\xC3\x28"}) {
    CAPTURE(text);
    const auto time = parse_time(text, now(), berlin(), TimeSense::any);
    REQUIRE_FALSE(time);
    CHECK(time.error().kind == ErrorKind::usage);
    CHECK_FALSE(time.error().hint.empty());
  }
}

TEST_CASE("a time before the year 1 or after 9999 is refused, not held at the end")
{
  CHECK(has(coming("@253402300799"), "9999-12-31T23:59:59"));
  for (const auto* text :
       {"@253402300800", "@-62135596801", "in 3652058d", "9999-12-31T23:59:59-01:00"}) {
    CAPTURE(text);
    CHECK(has(coming(text), "lies outside the years 1 to 9999"));
  }
  CHECK(has(any("3652058d ago"), "lies outside the years 1 to 9999"));
}

TEST_CASE("a local time that does not exist is refused with the times around it")
{
  const auto refused = coming("2027-03-28 02:30");
  CHECK(has(
      refused,
      "2027-03-28 02:30 does not exist in Europe/Berlin: clocks go forward from 02:00 to 03:00"));
  CHECK(has(refused, "2027-03-28T01:59:59+01:00"));
  CHECK(has(refused, "2027-03-28T03:00:00+02:00"));
}

TEST_CASE("a local time that exists twice is the first, with a warning")
{
  CHECK(coming("2027-10-31 02:30") == "2027-10-31T02:30:00+02:00 (warning)");
  const auto between = instant_of(1'824'942'900'000'000);  // 02:35 on the first pass
  REQUIRE(rfc3339(between, berlin().offset_at(between)) == "2027-10-31T02:35:00+02:00");
  CHECK(shown(parse_time("02:30", between, berlin(), TimeSense::coming)) ==
        "2027-10-31T02:30:00+01:00 (warning)");
}
