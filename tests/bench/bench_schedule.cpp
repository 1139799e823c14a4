// SPDX-License-Identifier: MIT
// S14: how many next times of a schedule are computed in a second of processor time, for
// expressions of every kind. Prints a line for each, the slowest last; to be built with
// optimization. Ends with 1 if one of them is slower than the goal.
#include "schedule/trigger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <vector>

using namespace asyncz;

namespace {

struct Measured {
  double per_second;
  std::string what;
};

constexpr auto beginning = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
constexpr auto end = std::chrono::sys_days{std::chrono::year{2200} / 1 / 1};
constexpr std::clock_t shortest = CLOCKS_PER_SEC / 5;  // of processor time

// Next times one after the other, up to 2200 and then from the beginning again.
Measured measure(TriggerKind kind, const char* expression, const char* zone_name)
{
  const auto what = fmt::format("{} in {}", expression, zone_name);
  Trigger trigger;
  trigger.kind = kind;
  trigger.expression = expression;
  const auto zone = Zone::load(zone_name);
  if (!zone) return {0, what + ": " + zone.error().what};
  const auto schedule = compile(trigger, *zone, "bench");
  if (!schedule) return {0, what + ": " + schedule.error().what};

  const auto start = std::clock();
  std::clock_t used = 0;
  Instant after = beginning;
  long count = 0;
  for (; used < shortest; used = std::clock() - start) {
    for (int i = 0; i < 200; ++i, ++count) {
      const auto next = (*schedule)->next(after);
      after = next && *next && **next < end ? **next : Instant{beginning};
    }
  }
  return {static_cast<double>(count) * CLOCKS_PER_SEC / static_cast<double>(used), what};
}

constexpr std::array cron_expressions{
    "* * * * *",
    "*/5 * * * *",
    "* * * * * *",
    "0-59 0-59 0-23 * * *",
    "1,3,7,20,21,22,40,41,42,43 30 2 * * *",
    "30 2 * * *",
    "0 9 * * mon-fri",
    "0 0 13 * 5",
    "0 0 L * *",
    "0 0 LW * *",
    "0 0 15W * *",
    "0 0 * * 5#5",
    "0 0 29 2 *",
    "*/30 0 29 2 *",
    "59 59 23 31 12 *",
    "H H H * *",
    "day=29 month=2 day_of_week=mon",
    "week=53 day_of_week=sun",
    "year=2026/3 month=6 day=\"last sun\" hour=2 minute=*/7",
    "day=\"5th mon\" month=2",
    "month=3 day=\"last sun\" hour=2",
    "month=3 day=\"last sun\" hour=2 minute=30",
};

}  // namespace

int main()
{
  std::vector<Measured> all;
  for (const auto* zone : {"UTC", "Europe/Berlin", "Australia/Lord_Howe"}) {
    for (const auto* expression : cron_expressions) {
      all.push_back(measure(TriggerKind::cron, expression, zone));
    }
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.per_second > b.per_second; });
  for (const auto& [per_second, what] : all) fmt::print("{:12.0f}/s  {}\n", per_second, what);
  return all.back().per_second >= 500'000 ? 0 : 1;
}
