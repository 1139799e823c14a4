// SPDX-License-Identifier: MIT
#include "schedule/interval_schedule.hpp"

#include <algorithm>
#include <numeric>

namespace asyncz {
namespace {

__extension__ using Wide = __int128;

using Time = std::optional<Instant>;

class IntervalSchedule final : public Schedule {
 public:
  explicit IntervalSchedule(const Interval& interval) : interval_{interval} {}

  Result<Time> next(Instant after) const override
  {
    const auto& [start, every] = interval_;
    if (after < start) return Time{start};
    const auto since = std::min(after, last_instant) - start;
    const auto to_next = every - since % every;
    if (to_next > last_instant - start - since) return Time{};
    return Time{start + since + to_next};
  }

  Result<Time> last(Instant not_after) const override
  {
    const auto& [start, every] = interval_;
    if (not_after < start) return Time{};
    const auto since = std::min(not_after, last_instant) - start;
    return Time{start + (since - since % every)};
  }

 private:
  Interval interval_;
};

// The number x in 0 … modulus - 1 with factor × x = 1 (mod modulus); factor and modulus coprime.
Wide inverse(Wide factor, Wide modulus)
{
  Wide old_r = factor % modulus;
  Wide r = modulus;
  Wide old_s = 1;
  Wide s = 0;
  while (r != 0) {
    const auto quotient = old_r / r;
    old_r = std::exchange(r, old_r - quotient * r);
    old_s = std::exchange(s, old_s - quotient * s);
  }
  return (old_s % modulus + modulus) % modulus;
}

}  // namespace

std::unique_ptr<const Schedule> interval_schedule(const Interval& interval)
{
  return std::make_unique<IntervalSchedule>(interval);
}

std::optional<Interval> common_times(const Interval& a, const Interval& b)
{
  // a.start + k × a.every = b.start (mod b.every), by the Chinese remainder theorem.
  const Wide shared = std::gcd(a.every.count(), b.every.count());
  const Wide apart = us_of(b.start) - us_of(a.start);
  if (apart % shared != 0) return std::nullopt;
  const Wide modulus = b.every.count() / shared;
  const auto k = (apart / shared % modulus + modulus) % modulus *
                 inverse(a.every.count() / shared, modulus) % modulus;
  const Wide every = a.every.count() * modulus;
  Wide start = us_of(a.start) + k * a.every.count();
  const auto from = std::max(us_of(a.start), us_of(b.start));
  if (start < from) start += (from - start + every - 1) / every * every;
  if (start > us_of(last_instant)) return std::nullopt;
  const auto longest = static_cast<Wide>((last_instant - first_instant).count());
  return Interval{instant_of(static_cast<std::int64_t>(start)),
                  Duration{static_cast<std::int64_t>(std::min(every, longest))}};
}

}  // namespace asyncz
