// SPDX-License-Identifier: MIT
// Random cron expressions in every zone of the system, near changes of clocks and far from them,
// against a brute-force reading: all local seconds that match, and what each means in the zone.
// Ten thousand cases, always the same; with ASYNCZ_NIGHTLY=1 a million from a seed of the moment,
// which is printed and which ASYNCZ_SEED gives again.
#include "schedule/trigger.hpp"
#include "tests/schedule/cron_case.hpp"
#include "tests/time/system_zones.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace asyncz;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;

namespace {

// The offsets of a zone in a window, by looking at it, and what a local time means by them.
class BruteZone {
 public:
  BruteZone(const Zone& zone, Instant begin, Instant end)
  {
    // No zone changes its clocks twice within ten minutes.
    for (auto at = begin; at < end; at += minutes{10}) {
      const auto offset = zone.offset_at(at);
      if (!stretches_.empty() && stretches_.back().offset == offset) continue;
      auto from = at;
      if (!stretches_.empty()) {
        while (zone.offset_at(from - seconds{1}) == offset) from -= seconds{1};
        stretches_.back().end = from;
      }
      stretches_.push_back({from, end, offset});
    }
  }

  // The instants with this local time, in order; and for none, the first instant after the gap.
  void meanings(LocalTime time, std::vector<Instant>& out, std::optional<Instant>& after_gap) const
  {
    for (const auto& stretch : stretches_) {
      const Instant at{time.time_since_epoch() - stretch.offset};
      if (at >= stretch.begin && at < stretch.end) out.push_back(at);
    }
    for (std::size_t i = 1; i < stretches_.size() && out.empty(); ++i) {
      const auto& before = stretches_[i - 1];
      const auto& after = stretches_[i];
      const Instant as_before{time.time_since_epoch() - before.offset};
      const Instant as_after{time.time_since_epoch() - after.offset};
      if (as_before >= before.end && as_after < after.begin) after_gap = after.begin;
    }
  }

 private:
  struct Stretch {
    Instant begin;
    Instant end;
    seconds offset;
  };
  std::vector<Stretch> stretches_;
};

std::set<Instant> brute_times(const CronCase& it, const Zone& zone, Instant begin, Instant end)
{
  constexpr auto margin = days{2};
  const BruteZone brute{zone, begin - margin, end + margin};
  std::vector<LocalTime> locals;
  // A gap of a day brings times from as far back.
  const auto first = zone.local(begin) - hours{25};
  const auto last = zone.local(end) + hours{25};
  for (auto day = std::chrono::floor<days>(first); day <= last; day += days{1}) {
    it.add_times(day, locals);
  }
  std::erase_if(locals, [&](LocalTime local) { return local < first || local > last; });

  std::set<Instant> out;
  std::vector<Instant> meanings;
  for (const auto local : locals) {
    meanings.clear();
    std::optional<Instant> after_gap;
    brute.meanings(local, meanings, after_gap);
    if (meanings.empty()) {
      const bool runs = after_gap && !it.elapsed() && it.gap == DstGap::shift;
      if (runs) out.insert(*after_gap);
    } else if (it.elapsed() || it.fold == DstFold::both) {
      out.insert(meanings.begin(), meanings.end());
    } else {
      out.insert(it.fold == DstFold::first ? meanings.front() : meanings.back());
    }
  }
  std::erase_if(out, [&](Instant at) { return at < begin || at >= end; });
  return out;
}

// An instant of 1970 to 2100, mostly near a change of clocks.
Instant random_instant(Random& random, const Zone& zone)
{
  const Instant begin = sys_days{year{1970} / 1 / 3};
  const auto some = begin + hours{between(random, 0, 130 * 365 * 24)};
  if (between(random, 0, 3) == 0) return some;
  const auto change = zone.next_transition(some);
  const Instant end = sys_days{year{2100} / 1 / 1};
  if (!change || change->at > end) return some;
  return change->at - hours{between(random, -3, 30)} + seconds{between(random, 0, 3599)};
}

// Where the schedule and the brute-force reading part, as text; empty when they agree.
std::string difference(const Schedule& schedule, const std::set<Instant>& expected, Instant begin,
                       Instant end)
{
  const auto shown = [](std::optional<Instant> at) {
    return at ? rfc3339(*at, seconds{0}) : "none";
  };
  auto after = begin - Duration{1};
  for (const auto at : expected) {
    const auto next = schedule.next(after);
    if (!next || *next != at) {
      return "next after " + shown(after) + " is " + (next ? shown(*next) : "an error") + ", not " +
             shown(at);
    }
    const auto last = schedule.last(at + Duration{1});
    if (!last || *last != at) return "last until " + shown(at) + " is another";
    after = at;
  }
  const auto beyond = schedule.next(after);
  if (beyond && *beyond && **beyond < end)
    return "next after " + shown(after) + " is " + shown(*beyond) + ", which is none";
  const auto before = schedule.last(begin - Duration{1});
  if (before && *before && **before >= begin) return "last before the window lies in it";
  return {};
}

Random random_of(unsigned usual_seed)
{
  auto seed = usual_seed;
  if (std::getenv("ASYNCZ_NIGHTLY") != nullptr) seed = std::random_device{}();
  if (const char* const given = std::getenv("ASYNCZ_SEED")) {
    seed = static_cast<unsigned>(std::strtoul(given, nullptr, 10));
  }
  MESSAGE("ASYNCZ_SEED=" << seed);
  return Random{seed};
}

int number_of_cases() { return std::getenv("ASYNCZ_NIGHTLY") != nullptr ? 1'000'000 : 10'000; }

}  // namespace

TEST_CASE("random schedules near changes of clocks agree with a brute-force reading")
{
  const auto zones = system_zones();
  auto random = random_of(20270328);
  const int count = number_of_cases();
  int compared = 0;
  for (int i = 0; i < count; ++i) {
    const auto it = random_case(random);
    const auto& zone = zones[static_cast<std::size_t>(i) % zones.size()];
    const auto begin = random_instant(random, zone);
    const auto schedule = compile(it.trigger(), zone, "id");
    if (!schedule) continue;  // no such date in the calendar
    const auto end = begin + (it.times_a_day() > 100 ? hours{6} : hours{36});
    const auto different = difference(**schedule, brute_times(it, zone, begin, end), begin, end);
    if (!different.empty()) {
      FAIL_CHECK(it.text() << " in " << zone.name() << " gap " << static_cast<int>(it.gap)
                           << " fold " << static_cast<int>(it.fold) << ": " << different);
    }
    ++compared;
  }
  MESSAGE(compared << " schedules compared in " << zones.size() << " zones");
  CHECK(compared > count * 9 / 10);
}

TEST_CASE("the next date of a sparse schedule is the first day that matches, however far")
{
  auto random = random_of(20960301);
  const int count = number_of_cases() / 10;
  for (int i = 0; i < count; ++i) {
    auto it = random_case(random);
    it.second = it.minute = it.hour = {"0", {0}};
    const auto schedule = compile(it.trigger(), Zone{}, "id");
    if (!schedule) continue;
    const local_days from =
        local_days{year{between(random, 1971, 2300)} / 3 / 1} + days{between(random, 0, 365)};
    auto day = from;
    while (!it.day_matches(day)) day += days{1};
    const Instant expected{day.time_since_epoch()};
    const Instant asked{from.time_since_epoch()};
    CHECK_MESSAGE(**(*schedule)->next(asked - Duration{1}) == expected, it.text());
    CHECK_MESSAGE(**(*schedule)->last(expected + Duration{1}) == expected, it.text());
  }
}
