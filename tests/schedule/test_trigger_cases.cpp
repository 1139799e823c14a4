// SPDX-License-Identifier: MIT
// Holds the schedules of tests/data against the facts that stand beside them.
#include "schedule/trigger.hpp"
#include "time/human_time.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <string>

using namespace asyncz;
using nlohmann::json;

namespace {

std::vector<json> lines_of(const std::string& name)
{
  const char* const directory = std::getenv("ASYNCZ_TEST_DATA");
  REQUIRE(directory != nullptr);
  std::ifstream file{std::string{directory} + "/" + name};
  REQUIRE(file);
  std::vector<json> out;
  for (std::string line; std::getline(file, line);) out.push_back(json::parse(line));
  return out;
}

Zone zone_named(const std::string& name)
{
  auto zone = Zone::load(name);
  REQUIRE(zone);
  return *zone;
}

Instant instant_from(const json& text, const Zone& zone)
{
  const auto time = parse_time(text.get<std::string>(), Instant{}, zone, TimeSense::any);
  REQUIRE(time);
  return time->at;
}

std::string named_fields(const json& fields)
{
  std::string out;
  for (const auto& [name, value] : fields.items()) {
    out += name + "=\"" + value.get<std::string>() + "\" ";
  }
  return out;
}

Trigger cron_trigger(const json& it)
{
  Trigger trigger;
  trigger.kind = TriggerKind::cron;
  trigger.expression =
      it.contains("expr") ? it.at("expr").get<std::string>() : named_fields(it.at("fields"));
  return trigger;
}

Trigger trigger_from(const json& it, const Zone& zone)
{
  Trigger trigger;
  const auto kind = it.at("kind").get<std::string>();
  if (kind == "cron") {
    trigger = cron_trigger(it);
  } else if (kind == "date") {
    trigger.at = instant_from(it.at("run_at"), zone);
  } else if (kind == "interval") {
    trigger.kind = TriggerKind::interval;
    const auto count = [&](const char* unit) { return it.value(unit, 0); };
    trigger.every = std::chrono::days{count("days") + 7 * count("weeks")} +
                    std::chrono::hours{count("hours")} + std::chrono::minutes{count("minutes")} +
                    std::chrono::seconds{count("seconds")};
  } else {
    trigger.kind = kind == "or" ? TriggerKind::any : TriggerKind::all;
    for (const auto& child : it.at("triggers")) {
      trigger.children.push_back(trigger_from(child, zone));
    }
  }
  if (it.contains("start_at")) trigger.start = instant_from(it.at("start_at"), zone);
  if (it.contains("end_at")) trigger.end = instant_from(it.at("end_at"), zone);
  return trigger;
}

// Walks through the expected times, and looks back from each at the one before.
void check_times(const Schedule& schedule, const json& it, Instant from, const Zone& zone)
{
  std::optional<Instant> before;
  auto after = from - Duration{1};
  for (const auto& text : it.at("expected")) {
    const auto expected = instant_from(text, zone);
    const auto next = schedule.next(after);
    REQUIRE(next);
    REQUIRE(*next);
    CHECK(rfc3339(**next, zone.offset_at(**next)) == text.get<std::string>());
    CHECK(**next == expected);
    CHECK(*schedule.last(expected) == expected);
    if (before) CHECK(*schedule.last(expected - Duration{1}) == before);
    before = after = expected;
  }
  if (it.value("exhausted", false)) CHECK_FALSE(*schedule.next(after));
}

}  // namespace

TEST_CASE("every schedule of cron.jsonl runs at the times that stand there")
{
  for (const auto& it : lines_of("cron.jsonl")) {
    const auto shown = it.dump();
    CAPTURE(shown);
    auto trigger = cron_trigger(it);
    if (it.contains("error")) {
      const auto refused = compile(trigger, Zone{}, "id");
      REQUIRE_FALSE(refused);
      CHECK(refused.error().kind == ErrorKind::usage);
      continue;
    }
    const auto zone = zone_named(it.at("tz"));
    if (it.contains("end")) trigger.end = instant_from(it.at("end"), zone);
    const auto schedule = compile(trigger, zone, "id");
    REQUIRE_MESSAGE(schedule, schedule.error().what);
    check_times(**schedule, it, instant_from(it.at("from"), zone), zone);
  }
}

TEST_CASE("every schedule of trigger.jsonl runs at the times that stand there")
{
  for (const auto& it : lines_of("trigger.jsonl")) {
    const auto shown = it.dump();
    CAPTURE(shown);
    const auto zone = zone_named(it.at("tz"));
    auto arguments = it.at("args");
    arguments["kind"] = it.at("kind");
    const auto schedule = compile(trigger_from(arguments, zone), zone, "id");
    REQUIRE_MESSAGE(schedule, schedule.error().what);
    check_times(**schedule, it, instant_from(it.at("start"), zone), zone);
  }
}
