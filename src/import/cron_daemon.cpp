// SPDX-License-Identifier: MIT
#include "import/cron_daemon.hpp"

#include <utility>

namespace asyncz {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr auto largest_change = hours{3};  // beyond it the clock was set, to Vixie's cron
constexpr auto late = minutes{5};          // up to here the daemon was only busy

// The local time of instants that come in order, without asking the zone each time.
class LocalClock {
 public:
  explicit LocalClock(const Zone& zone) : zone_{zone} {}

  std::chrono::seconds offset(Instant at)
  {
    if (at < period_.begin || at >= period_.end) period_ = zone_.period_at(at);
    return period_.offset;
  }
  LocalTime at(Instant instant)
  {
    return LocalTime{(instant + offset(instant)).time_since_epoch()};
  }

 private:
  const Zone& zone_;
  OffsetPeriod period_{};
};

bool matches(const CronReading& reading, LocalTime time)
{
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss<Duration> clock{time - day};
  return reading.matches_minute(static_cast<int>(clock.hours().count()),
                                static_cast<int>(clock.minutes().count())) &&
         reading.matches_day(day);
}

}  // namespace

CronDaemon::CronDaemon(CronDialect dialect, Zone zone, const std::optional<Zone>& table_zone)
    : dialect_{dialect}, zone_{std::move(zone)}
{
  if (dialect == CronDialect::cronie) table_zone_ = table_zone;
}

std::vector<Instant> CronDaemon::starts(const CronReading& reading, Instant from, Instant to) const
{
  switch (dialect_) {
    case CronDialect::cronie:
    case CronDialect::vixie:
      return vixie_starts(reading, from, to);
    case CronDialect::bsd:
      return freebsd_starts(reading, from, to);
    case CronDialect::busybox:
    case CronDialect::dcron:
      return plain_starts(reading, from, to);
  }
  return {};
}

std::vector<Instant> CronDaemon::plain_starts(const CronReading& reading, Instant from,
                                              Instant to) const
{
  std::vector<Instant> starts;
  LocalClock clock{zone_};
  for (auto at = from; at < to; at += minutes{1}) {
    if (matches(reading, clock.at(at))) starts.push_back(at);
  }
  return starts;
}

std::vector<Instant> CronDaemon::vixie_starts(const CronReading& reading, Instant from,
                                              Instant to) const
{
  std::vector<Instant> starts;
  LocalClock clock{zone_};
  LocalClock table{clock_zone()};
  auto done = clock.at(from) - minutes{1};  // the local minute up to which all jobs have run
  for (auto at = from; at < to; at += minutes{1}) {
    const auto now = clock.at(at);
    const auto behind = now - done;
    const bool set = behind > largest_change || behind < -largest_change;
    const bool repeated = !set && behind <= Duration{0};
    const bool asked = !repeated || reading.wildcard;
    if (table_zone_) {
      if (asked && matches(reading, table.at(at))) starts.push_back(at);
    } else if (asked) {
      const bool made_up = !set && !repeated && (behind <= late || !reading.wildcard);
      for (auto minute = made_up ? done + minutes{1} : now; minute <= now; minute += minutes{1}) {
        if (matches(reading, minute)) starts.push_back(at);
      }
    }
    if (!repeated) done = now;
  }
  return starts;
}

std::vector<Instant> CronDaemon::freebsd_starts(const CronReading& reading, Instant from,
                                                Instant to) const
{
  std::vector<Instant> starts;
  LocalClock clock{zone_};
  auto offset = clock.offset(from);
  std::chrono::seconds change{0};
  auto change_ends = from;
  bool brought_forward = false;  // waits for its old time after a gap
  bool held = false;             // until its old time in a repeated hour
  for (auto at = from; at < to; at += minutes{1}) {
    const auto local = clock.at(at);
    if (const auto now = clock.offset(at); now != offset) {
      change = now - std::exchange(offset, now);
      change_ends = at + std::chrono::abs(change);
      held = change.count() < 0;
      brought_forward = !held && (starts.empty() || starts.back() < at - hours{1});
    }
    if (at >= change_ends) brought_forward = held = false;
    const bool by_old_time = (brought_forward || held) && matches(reading, local - change);
    if (by_old_time) held = false;
    const bool due = matches(reading, local) || (by_old_time && brought_forward);
    if (held || !due) continue;
    brought_forward = false;
    starts.push_back(at);
  }
  return starts;
}

}  // namespace asyncz
