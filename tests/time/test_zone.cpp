// SPDX-License-Identifier: MIT
#include "time/zone.hpp"

#include "tests/time/system_zones.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>
#include <string>

using namespace asyncz;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;

namespace {

Zone zone_named(std::string_view name)
{
  auto zone = Zone::load(name);
  REQUIRE(zone);
  return *zone;
}

Instant at(int y, unsigned month, unsigned day, Duration time = {})
{
  return sys_days{year{y} / std::chrono::month{month} / std::chrono::day{day}} + time;
}

LocalTime local(int y, unsigned month, unsigned day, Duration time = {})
{
  return local_days{year{y} / std::chrono::month{month} / std::chrono::day{day}} + time;
}

// Sets TZ while it lives.
class TzVariable {
 public:
  explicit TzVariable(const std::string& value)
  {
    const char* const old = std::getenv("TZ");
    if (old != nullptr) old_ = old;
    had_one_ = old != nullptr;
    ::setenv("TZ", value.c_str(), 1);
    ::tzset();
  }
  TzVariable(const TzVariable&) = delete;
  TzVariable& operator=(const TzVariable&) = delete;
  ~TzVariable()
  {
    had_one_ ? ::setenv("TZ", old_.c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }

 private:
  std::string old_;
  bool had_one_ = false;
};

// What the C library says.
seconds libc_offset(Instant instant)
{
  const auto time =
      static_cast<std::time_t>(std::chrono::floor<seconds>(instant.time_since_epoch()).count());
  std::tm broken{};
  ::localtime_r(&time, &broken);
  return seconds{broken.tm_gmtoff};
}

// The first instant at which zone and C library disagree, if any.
std::optional<Instant> disagreement(const Zone& zone)
{
  const TzVariable variable{zone.name()};
  auto from = at(1970, 1, 1);
  while (const auto change = zone.next_transition(from)) {
    from = change->at;
    if (from > at(2100, 1, 1)) break;
    const bool agree = change->before != change->after &&
                       libc_offset(from - Duration{1}) == change->before &&
                       libc_offset(from) == change->after && zone.period_at(from).begin == from;
    if (!agree) return from;
  }
  for (int y = 1970; y < 2100; ++y) {
    if (libc_offset(at(y, 7, 1)) != zone.offset_at(at(y, 7, 1))) return at(y, 7, 1);
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("a local time is one instant, two or none")
{
  const auto berlin = zone_named("Europe/Berlin");
  const auto plain = berlin.meaning(local(2027, 6, 1, hours{12}));
  CHECK(plain.kind == LocalMeaning::Kind::unique);
  CHECK(plain.first == at(2027, 6, 1, hours{10}));

  const auto gap = berlin.meaning(local(2027, 3, 28, hours{2} + minutes{30}));
  CHECK(gap.kind == LocalMeaning::Kind::skipped);
  CHECK(gap.first == at(2027, 3, 28, hours{1}));

  const auto fold = berlin.meaning(local(2027, 10, 31, hours{2} + minutes{30} + Duration{5}));
  CHECK(fold.kind == LocalMeaning::Kind::repeated);
  CHECK(fold.first == at(2027, 10, 31, minutes{30} + Duration{5}));
  CHECK(fold.second == at(2027, 10, 31, minutes{90} + Duration{5}));
}

TEST_CASE("changes of clocks are found far beyond 2037")
{
  const auto berlin = zone_named("Europe/Berlin");
  for (const int y : {1990, 2027, 2038, 2099, 2299, 2300, 2437, 5000, 9999}) {
    CAPTURE(y);
    const auto change = berlin.next_transition(at(y, 2, 1));
    REQUIRE(change);
    const auto last_sunday = sys_days{year{y} / 3 / std::chrono::Sunday[std::chrono::last]};
    CHECK(change->at == last_sunday + hours{1});
    CHECK(change->before == hours{1});
    CHECK(change->after == hours{2});
    const auto period = berlin.period_at(at(y, 6, 1));
    CHECK(period.begin == change->at);
    CHECK(period.end == berlin.next_transition(at(y, 6, 1))->at);
    CHECK(period.offset == hours{2});
  }
}

TEST_CASE("a change of clocks is after an instant, and a period begins with it")
{
  const auto apia = zone_named("Pacific/Apia");
  const auto lost_day = at(2011, 12, 30, hours{10});
  CHECK(apia.next_transition(lost_day - Duration{1})->at == lost_day);
  CHECK(apia.next_transition(lost_day)->at > lost_day);
  CHECK(apia.period_at(lost_day).begin == lost_day);
  CHECK(apia.period_at(lost_day - Duration{1}).end == lost_day);
  CHECK(apia.offset_at(lost_day) - apia.offset_at(lost_day - Duration{1}) == hours{24});
}

TEST_CASE("UTC needs no database")
{
  CHECK(Zone{}.name() == "UTC");
  CHECK(Zone{}.abbreviation_at(Instant{}) == "UTC");
  CHECK_FALSE(Zone{}.next_transition(Instant{}));
  CHECK(Zone{}.period_at(Instant{}).begin == first_instant);
  CHECK(zone_named("Etc/UTC").name() == "Etc/UTC");
}

TEST_CASE("names that are none of the database's are refused")
{
  for (const auto* name : {"",
                           "+02:00",
                           "UTC+2",
                           "UTC0",
                           "GMT-2",
                           "Fixed/UTC+01:00:00",
                           "../etc/passwd",
                           "/etc/localtime",
                           "/usr/share/zoneinfo/Europe/Berlin",
                           "Europe/../Europe/Berlin",
                           "Europe//Berlin",
                           "Europe",
                           "localtime",
                           "posixrules",
                           "right/Europe/Berlin",
                           "posix/Europe/Berlin",
                           "zone.tab",
                           "tzdata.zi",
                           "file:Europe/Berlin",
                           ":Europe/Berlin",
                           "CET-1CEST",
                           "Mars/Olympus\n"}) {
    CAPTURE(name);
    const auto zone = Zone::load(name);
    REQUIRE_FALSE(zone);
    CHECK(zone.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("a misspelt zone is told its name")
{
  CHECK(Zone::load("berlin").error().hint == "write Europe/Berlin");
  CHECK(Zone::load("Europe/Belrin").error().hint == "write Europe/Berlin");
  CHECK(Zone::load("america/new york").error().hint == "write America/New_York");
}

TEST_CASE("the local zone is that of TZ where it names one")
{
  for (const auto* text :
       {"Europe/Berlin", ":Europe/Berlin", "/usr/share/zoneinfo/Europe/Berlin"}) {
    const TzVariable variable{text};
    CHECK(local_zone_name() == "Europe/Berlin");
  }
  const TzVariable rules{"CET-1CEST,M3.5.0,M10.5.0/3"};
  CHECK(Zone::load(local_zone_name()));
}

TEST_CASE("every zone of the system agrees with the C library")
{
  const auto zones = system_zones();
  if (zones.size() == 1) {
    MESSAGE("skipped: no zones in /usr/share/zoneinfo");
    return;
  }
  CHECK(zones.size() > 300);
  for (const auto& zone : zones) {
    const auto wrong = disagreement(zone);
    if (wrong) FAIL_CHECK(zone.name() << " at " << rfc3339(*wrong, seconds{0}));
  }
}
