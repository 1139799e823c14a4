// SPDX-License-Identifier: MIT
#include "schedule/trigger.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

constexpr Instant origin = std::chrono::sys_days{std::chrono::year{2027} / 1 / 1};

Trigger cron(std::string expression)
{
  Trigger trigger;
  trigger.kind = TriggerKind::cron;
  trigger.expression = std::move(expression);
  return trigger;
}

Trigger every(Duration distance, Instant start = origin)
{
  Trigger trigger;
  trigger.kind = TriggerKind::interval;
  trigger.every = distance;
  trigger.start = start;
  return trigger;
}

Trigger at(Instant instant)
{
  Trigger trigger;
  trigger.at = instant;
  return trigger;
}

Trigger group(TriggerKind kind, std::vector<Trigger> children)
{
  Trigger trigger;
  trigger.kind = kind;
  trigger.children = std::move(children);
  return trigger;
}

Trigger of_kind(TriggerKind kind)
{
  Trigger trigger;
  trigger.kind = kind;
  return trigger;
}

std::unique_ptr<const Schedule> compiled(const Trigger& trigger)
{
  auto schedule = compile(trigger, Zone{}, "id");
  REQUIRE_MESSAGE(schedule, schedule.error().what);
  return std::move(*schedule);
}

std::string refusal(const Trigger& trigger)
{
  const auto schedule = compile(trigger, Zone{}, "id");
  return schedule ? "" : schedule.error().what;
}

std::optional<Instant> next(const Trigger& trigger, Instant after)
{
  const auto time = compiled(trigger)->next(after);
  REQUIRE(time);
  return *time;
}

std::optional<Instant> last(const Trigger& trigger, Instant not_after)
{
  const auto time = compiled(trigger)->last(not_after);
  REQUIRE(time);
  return *time;
}

}  // namespace

TEST_CASE("a date comes once")
{
  CHECK(next(at(origin), origin - Duration{1}) == origin);
  CHECK_FALSE(next(at(origin), origin));
  CHECK(last(at(origin), origin) == origin);
  CHECK_FALSE(last(at(origin), origin - Duration{1}));
}

TEST_CASE("an interval never drifts, and a century of backlog costs nothing")
{
  const auto trigger = every(seconds{7});
  CHECK(next(trigger, origin - days{1}) == origin);
  CHECK(next(trigger, origin) == origin + seconds{7});
  CHECK(next(trigger, origin + seconds{7} - Duration{1}) == origin + seconds{7});
  const auto later = origin + days{36500};
  CHECK((*next(trigger, later) - origin) % seconds{7} == Duration{0});
  CHECK(last(trigger, later) == *next(trigger, later) - seconds{7});
  CHECK_FALSE(last(trigger, origin - Duration{1}));
  CHECK_FALSE(next(trigger, last_instant));
  CHECK_FALSE(next(every(days{3'000'000}), origin));
}

TEST_CASE("start and end are inclusive, for every kind of trigger")
{
  auto trigger = cron("0 0 * * *");
  trigger.start = origin + days{2};
  trigger.end = origin + days{3};
  CHECK(next(trigger, origin - days{9}) == origin + days{2});
  CHECK(next(trigger, origin + days{2}) == origin + days{3});
  CHECK_FALSE(next(trigger, origin + days{3}));
  CHECK(last(trigger, origin + days{9}) == origin + days{3});
  CHECK_FALSE(last(trigger, origin + days{1}));
  trigger.end = origin;
  CHECK(refusal(trigger).find("end lies before its start") != std::string::npos);
}

TEST_CASE("boot and shutdown have no times and cannot be combined")
{
  for (const auto kind : {TriggerKind::boot, TriggerKind::shutdown}) {
    CHECK_FALSE(next(of_kind(kind), origin));
    CHECK_FALSE(last(of_kind(kind), origin));
    CHECK_FALSE(refusal(group(TriggerKind::any, {of_kind(kind), at(origin)})).empty());
    CHECK_FALSE(refusal(group(TriggerKind::all, {of_kind(kind), at(origin)})).empty());
  }
}

TEST_CASE("any is the earliest of its children, each time once")
{
  const auto trigger =
      group(TriggerKind::any, {cron("0 0 * * *"), cron("0 */12 * * *"), at(origin + hours{1})});
  CHECK(next(trigger, origin) == origin + hours{1});
  CHECK(next(trigger, origin + hours{1}) == origin + hours{12});
  CHECK(next(trigger, origin + hours{12}) == origin + hours{24});
  CHECK(last(trigger, origin + hours{11}) == origin + hours{1});
}

TEST_CASE("all is what its children agree on")
{
  const auto friday_13 = group(TriggerKind::all, {cron("0 0 13 * *"), cron("0 0 * * fri")});
  const Instant august = std::chrono::sys_days{std::chrono::year{2027} / 8 / 13};
  CHECK(next(friday_13, origin) == august);
  CHECK(last(friday_13, august + days{100}) == august);
  const auto both_dates = group(TriggerKind::all, {at(origin), at(origin + hours{1})});
  CHECK_FALSE(next(both_dates, origin - days{1}));
}

TEST_CASE("intervals that meet rarely are found by arithmetic")
{
  const auto rare = group(TriggerKind::all,
                          {every(seconds{99'991}), every(seconds{100'003}, origin + seconds{1})});
  const auto found = next(rare, origin);
  REQUIRE(found);
  CHECK((*found - origin) % seconds{99'991} == Duration{0});
  CHECK((*found - origin - seconds{1}) % seconds{100'003} == Duration{0});
}

TEST_CASE("an all whose children can never meet is refused or ends with an error")
{
  CHECK(refusal(
            group(TriggerKind::all, {every(seconds{10}), every(seconds{10}, origin + seconds{3})}))
            .find("never meet") != std::string::npos);
  const auto never_meet = compiled(group(TriggerKind::all, {cron("0 1 * * *"), cron("0 2 * * *")}));
  const auto time = never_meet->next(origin);
  REQUIRE_FALSE(time);
  CHECK(time.error().kind == ErrorKind::usage);
}

TEST_CASE("a group needs two children and holds no other group")
{
  CHECK_FALSE(refusal(group(TriggerKind::any, {at(origin)})).empty());
  CHECK_FALSE(refusal(group(TriggerKind::any,
                            {at(origin), group(TriggerKind::any, {at(origin), at(origin)})}))
                  .empty());
}

TEST_CASE("an expression far from its next date answers at once")
{
  const Instant from = std::chrono::sys_days{std::chrono::year{2096} / 3 / 1};
  const auto leap = compiled(cron("0 0 29 2 *"));
  CHECK(**leap->next(from) == std::chrono::sys_days{std::chrono::year{2104} / 2 / 29});
  CHECK_FALSE(*leap->next(last_instant));
  CHECK(*leap->last(never));
}

TEST_CASE("a trigger in one line")
{
  auto trigger = cron("*/5 * * * *");
  CHECK(trigger_text(trigger, Zone{}) == "*/5 * * * *");
  CHECK(trigger_text(every(seconds{300}), Zone{}) == "every 5m");
  CHECK(trigger_text(at(origin), *Zone::load("Europe/Berlin")) == "at 2027-01-01T01:00:00+01:00");
  CHECK(trigger_text(of_kind(TriggerKind::boot), Zone{}) == "on boot");
  CHECK(trigger_text(of_kind(TriggerKind::shutdown), Zone{}) == "on shutdown");
  trigger.end = origin;
  CHECK(trigger_text(group(TriggerKind::any, {trigger, every(hours{2})}), Zone{}) ==
        "any of: */5 * * * * until 2027-01-01T00:00:00+00:00; every 2h");
}

TEST_CASE("every trigger reads back from its structural form")
{
  auto all = group(TriggerKind::all, {cron("day=last hour=3"), every(seconds{90}), at(origin)});
  all.start = origin;
  all.end = origin + days{1} + Duration{1};
  auto shifted = cron("30 2 * * *");
  shifted.dst_gap = DstGap::skip;
  shifted.dst_fold = DstFold::both;
  auto calendar = of_kind(TriggerKind::calendar);
  calendar.expression = "Mon..Fri 09:00 Europe/Berlin";
  for (const auto& trigger : {all, shifted, calendar, at(origin + Duration{5}), every(Duration{1}),
                              of_kind(TriggerKind::boot), of_kind(TriggerKind::shutdown)}) {
    for (const auto* name : {"UTC", "Europe/Berlin", "Asia/Kolkata"}) {
      const auto zone = *Zone::load(name);
      const auto read = trigger_from_value(trigger_value(trigger, zone), origin, zone);
      REQUIRE_MESSAGE(read, read.error().what);
      CHECK(*read == trigger);
    }
  }
}

TEST_CASE("the structural form as people write it")
{
  const auto read = [](ValueMap map) { return trigger_from_value(std::move(map), origin, Zone{}); };
  CHECK(read({{"every", "5m"}})->start == origin + std::chrono::minutes{5});
  CHECK(read({{"in", "5m"}})->at == origin + std::chrono::minutes{5});
  CHECK(read({{"at", "1999-01-01T00:00:00Z"}})->at < origin);
  CHECK(read({{"cron", "@reboot"}})->kind == TriggerKind::boot);
  CHECK(read({{"cron", ValueMap{{"day", "last sun"}, {"hour", 3}}}})->expression ==
        "day=\"last sun\" hour=3");
  CHECK(read({{"every", "5m"}, {"every_us", 300000000}, {"end", nullptr}}));
  const auto several = read({{"any", ValueList{ValueMap{{"every", "5m"}}, ValueMap{{"in", "1h"}}}},
                             {"start", "2027-06-01T00:00:00Z"}});
  CHECK(several->children[0].start == several->start);  // as with --every 5m --start
  CHECK_FALSE(several->children[1].start);

  const auto what = [&](ValueMap map) {
    const auto refused = read(std::move(map));
    return refused ? std::string{} : refused.error().what + " | " + refused.error().hint;
  };
  CHECK(what({}).find("nothing says when") != std::string::npos);
  CHECK(what({{"corn", "* * * * *"}}).find("write cron") != std::string::npos);
  CHECK(what({{"cron", "* * * * *"}, {"every", "5m"}}).find("both cron and every") !=
        std::string::npos);
  CHECK(what({{"every", 5}}).find("every must be a text") != std::string::npos);
  CHECK(what({{"every", "0"}}).find("longer than 0") != std::string::npos);
  CHECK(what({{"on_boot", false}}).find("can only be true") != std::string::npos);
  CHECK(what({{"any", ValueList{ValueMap{{"every", "5m"}}}}}).find("at least two") !=
        std::string::npos);
  CHECK(what({{"every", "5m"}, {"jitter", "1m"}}).find("beside trigger") != std::string::npos);
  CHECK(what({{"every", "5m"}, {"dst_gap", "jump"}}).find("shift or skip") != std::string::npos);
  CHECK_FALSE(trigger_from_value("* * * * *", origin, Zone{}));
}
