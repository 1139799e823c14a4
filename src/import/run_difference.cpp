// SPDX-License-Identifier: MIT
#include "import/run_difference.hpp"

#include "schedule/calendar_days.hpp"

#include <algorithm>
#include <bitset>
#include <iterator>
#include <utility>

namespace asyncz {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;

constexpr std::size_t minutes_a_day = 1440;
using DayMinutes = std::bitset<minutes_a_day>;

DayMinutes minutes_of(std::uint64_t hour_bits, std::uint64_t minute_bits)
{
  DayMinutes out;
  for (std::size_t i = 0; i < minutes_a_day; ++i) {
    out[i] = (hour_bits >> (i / 60) & 1U) != 0 && (minute_bits >> (i % 60) & 1U) != 0;
  }
  return out;
}

// The minutes that a rule of ours names, by local days.
class OurDays {
 public:
  explicit OurDays(const CalendarRule& rule)
      : rule_{rule}, minutes_{minutes_of(rule.hours, rule.minutes)}
  {
  }

  const DayMinutes& on(local_days day)
  {
    const std::chrono::year_month_day date{day};
    const auto month = date.year() / date.month();
    if (month != month_) {
      month_ = month;
      const bool named = (rule_.months >> unsigned{month.month()} & 1U) != 0;
      days_ = named ? days_in_month(rule_, month) : 0;
    }
    return (days_ >> unsigned{date.day()} & 1U) != 0 ? minutes_ : none_;
  }

  // Those of the day of a clock that is behind ours by `ahead`, in its own minutes.
  DayMinutes on(local_days day, minutes ahead)
  {
    const auto first = std::chrono::floor<days>(day + ahead);
    const auto shift = static_cast<std::size_t>((day + ahead - first).count());
    if (shift == 0) return on(first);
    return on(first) >> shift | on(first + days{1}) << (minutes_a_day - shift);
  }

 private:
  const CalendarRule& rule_;
  DayMinutes minutes_;
  DayMinutes none_;
  std::chrono::year_month month_{};
  std::uint32_t days_ = 0;
};

struct Stretch {
  Instant begin;
  Instant end;
};

void add_changes(std::vector<Stretch>& changes, const Zone& zone, Instant begin, Instant end)
{
  constexpr auto margin = hours{4};
  for (auto from = begin - days{2};;) {
    const auto change = zone.next_transition(from);
    if (!change || change->at >= end + days{2}) return;
    const auto jump = std::chrono::abs(change->after - change->before);
    changes.push_back({change->at - jump - margin, change->at + jump + margin});
    from = change->at;
  }
}

// What lies near a change of clocks of either zone, in order, apart from each other.
std::vector<Stretch> changes_of(const Zone& one, const Zone& other, Instant begin, Instant end)
{
  std::vector<Stretch> all;
  add_changes(all, one, begin, end);
  if (one.name() != other.name()) add_changes(all, other, begin, end);
  std::ranges::sort(all, {}, &Stretch::begin);
  std::vector<Stretch> merged;
  for (auto [first, last] : all) {
    first = std::chrono::floor<minutes>(std::max(first, begin));
    last = std::chrono::floor<minutes>(std::min(last, end));
    if (first >= last) continue;
    if (!merged.empty() && first <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, last);
    } else {
      merged.push_back({first, last});
    }
  }
  return merged;
}

class Differences {
 public:
  Differences(const CronDaemon& daemon, const CronReading& reading, const CalendarPlan& plan,
              std::size_t most)
      : daemon_{daemon},
        reading_{reading},
        plan_{plan},
        schedule_{plan.rule, plan.zone, plan.dst},
        their_minutes_{minutes_of(reading.values[1], reading.values[0])},
        our_days_{plan.rule},
        most_{most}
  {
  }

  std::vector<RunDifference> between(Instant begin, Instant end)
  {
    auto from = begin;
    for (const auto& change : changes_of(daemon_.clock_zone(), plan_.zone, begin, end)) {
      compare_days({from, change.begin});
      compare_minutes(change);
      from = change.end;
    }
    compare_days({from, end});
    return std::move(found_);
  }

 private:
  // Where neither zone changes its offset.
  void compare_days(Stretch stretch)
  {
    if (stretch.begin >= stretch.end || found_.size() >= most_) return;
    const auto offset = daemon_.clock_zone().offset_at(stretch.begin);
    const auto ahead = std::chrono::floor<minutes>(plan_.zone.offset_at(stretch.begin) - offset);
    const LocalTime begin{(stretch.begin + offset).time_since_epoch()};
    const LocalTime end{(stretch.end + offset).time_since_epoch()};
    for (auto day = std::chrono::floor<days>(begin); day < end; day += days{1}) {
      const auto theirs = reading_.matches_day(day) ? their_minutes_ : DayMinutes{};
      const auto ours = our_days_.on(day, ahead);
      if (theirs == ours) continue;
      RunDifference difference;
      for (std::size_t i = 0; i < minutes_a_day; ++i) {
        const LocalTime time = day + minutes{static_cast<int>(i)};
        if (theirs[i] == ours[i] || time < begin || time >= end) continue;
        const Instant at{time.time_since_epoch() - offset};
        (theirs[i] ? difference.theirs : difference.ours).push_back(at);
      }
      if (difference.theirs.empty() && difference.ours.empty()) continue;
      found_.push_back(std::move(difference));
      if (found_.size() >= most_) return;
    }
  }

  void compare_minutes(Stretch stretch)
  {
    if (found_.size() >= most_) return;
    const auto theirs = daemon_.starts(reading_, stretch.begin, stretch.end);
    std::vector<Instant> ours;
    for (auto next = schedule_.next(stretch.begin - Duration{1});
         next && *next && **next < stretch.end; next = schedule_.next(**next)) {
      ours.push_back(**next);
    }
    RunDifference difference;
    std::ranges::set_difference(theirs, ours, std::back_inserter(difference.theirs));
    std::ranges::set_difference(ours, theirs, std::back_inserter(difference.ours));
    if (difference.theirs.empty() && difference.ours.empty()) return;
    difference.again =
        !difference.theirs.empty() && std::ranges::binary_search(ours, difference.theirs.front());
    found_.push_back(std::move(difference));
  }

  const CronDaemon& daemon_;
  const CronReading& reading_;
  const CalendarPlan& plan_;
  LocalSchedule schedule_;
  DayMinutes their_minutes_;
  OurDays our_days_;
  std::size_t most_;
  std::vector<RunDifference> found_;
};

}  // namespace

std::vector<RunDifference> run_differences(const CronDaemon& daemon, const CronReading& reading,
                                           const CalendarPlan& plan, Instant begin, Instant end,
                                           std::size_t most)
{
  return Differences{daemon, reading, plan, most}.between(begin, end);
}

}  // namespace asyncz
