// SPDX-License-Identifier: MIT
#include "time/zone.hpp"

#include "base/hash.hpp"
#include "time/zone_database.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <fmt/format.h>

#include <algorithm>

namespace asyncz {

struct Zone::Rules {
  absl::TimeZone zone = absl::UTCTimeZone();
  std::uint64_t hash = 0;
};

namespace {

using std::chrono::seconds;

constexpr Instant end_of_time = last_instant + Duration{1};

// The library lists changes up to some year after this one (it unrolls the rules for 400 years);
// later ones are found by looking.
constexpr Instant end_of_list =
    std::chrono::sys_days{std::chrono::year{2300} / 1 / 1} + Duration{0};

absl::Time absl_time(Instant instant) { return absl::FromUnixMicros(us_of(instant)); }

Instant instant_from(absl::Time time) { return instant_of(absl::ToUnixMicros(time)); }

seconds offset_of(const absl::TimeZone& zone, Instant instant)
{
  return seconds{zone.At(absl_time(instant)).offset};
}

Instant within_bounds(Instant instant) { return std::clamp(instant, first_instant, last_instant); }

// A path to the same file that no other content has had: the library keeps what it has loaded by
// name, for ever, so the content's hash is spelled into the name, a bit as `/` or `./`.
std::string path_with(const ZoneFile& file, std::uint64_t hash)
{
  const auto slash = file.path.find('/', 1);
  auto path = file.path.substr(0, slash + 1);
  for (unsigned bit = 0; bit < 32; ++bit) path += (hash >> bit & 1U) != 0 ? "./" : "/";
  return path + file.path.substr(slash + 1);
}

// The first instant after `same` and not after `other` that has not the offset of `same`.
Instant first_change(const absl::TimeZone& zone, Instant same, Instant other)
{
  const auto before = offset_of(zone, same);
  while (other - same > seconds{1}) {
    const auto middle = same + std::chrono::floor<seconds>((other - same) / 2);
    (offset_of(zone, middle) == before ? same : other) = middle;
  }
  return std::chrono::floor<seconds>(other);
}

// Changes where the library lists none: rules there repeat each year, so that looking once a week
// for a year and some finds one if there is any.
constexpr auto look_every = std::chrono::hours{7 * 24};
constexpr int looks = 60;

std::optional<Instant> find_change_after(const absl::TimeZone& zone, Instant after)
{
  for (int i = 0; i < looks && after < last_instant; ++i) {
    const auto later = std::min<Instant>(after + look_every, last_instant);
    if (offset_of(zone, later) != offset_of(zone, after)) return first_change(zone, after, later);
    after = later;
  }
  return std::nullopt;
}

std::optional<Instant> find_change_until(const absl::TimeZone& zone, Instant until)
{
  for (int i = 0; i < looks; ++i) {
    const auto earlier = until - look_every;
    if (offset_of(zone, earlier) != offset_of(zone, until)) {
      return first_change(zone, earlier, until);
    }
    until = earlier;
  }
  return std::nullopt;
}

bool changes_offset(const absl::TimeZone::CivilTransition& change)
{
  return change.from != change.to;
}

std::optional<Instant> change_after(const absl::TimeZone& zone, Instant after)
{
  after = within_bounds(after);
  if (after >= end_of_list) return find_change_after(zone, after);
  absl::TimeZone::CivilTransition change;
  auto from = absl_time(after);
  while (zone.NextTransition(from, &change)) {
    from = zone.At(change.to).trans;
    if (changes_offset(change) && instant_from(from) > after) return instant_from(from);
  }
  return std::nullopt;
}

std::optional<Instant> change_until(const absl::TimeZone& zone, Instant until)
{
  until = within_bounds(until);
  if (until >= end_of_list) return find_change_until(zone, until);
  absl::TimeZone::CivilTransition change;
  auto from = absl_time(until) + absl::Seconds(1);
  while (zone.PrevTransition(from, &change)) {
    from = zone.At(change.to).trans;
    if (changes_offset(change)) return instant_from(from);
  }
  return std::nullopt;
}

}  // namespace

Zone::Zone() : name_{"UTC"} {}

Result<Zone> Zone::load(std::string_view name)
{
  Zone zone;
  if (name == "UTC" || name == "Etc/UTC") {
    zone.name_ = name;
    return zone;
  }
  const auto file = read_zone_file(name);
  if (!file) return file.error();

  auto rules = std::make_shared<Rules>();
  rules->hash = fnv1a(bytes_of(file->content));
  if (!absl::LoadTimeZone("file:" + path_with(*file, rules->hash), &rules->zone)) {
    return Error{ErrorKind::usage, fmt::format("time zone {}: {} is damaged", name, file->path),
                 "reinstall the package tzdata"};
  }
  zone.name_ = name;
  zone.rules_ = std::move(rules);
  return zone;
}

seconds Zone::offset_at(Instant instant) const
{
  return rules_ ? offset_of(rules_->zone, instant) : seconds{0};
}

std::string Zone::abbreviation_at(Instant instant) const
{
  return rules_ ? rules_->zone.At(absl_time(instant)).zone_abbr : "UTC";
}

LocalTime Zone::local(Instant instant) const
{
  return LocalTime{(instant + offset_at(instant)).time_since_epoch()};
}

LocalMeaning Zone::meaning(LocalTime time) const
{
  const auto whole = std::chrono::floor<seconds>(time);
  const auto fraction = time - whole;
  if (!rules_) {
    const Instant instant{time.time_since_epoch()};
    return {LocalMeaning::Kind::unique, instant, instant};
  }
  const auto found = rules_->zone.At(absl::CivilSecond{} + whole.time_since_epoch().count());
  const auto pre = instant_from(found.pre) + fraction;
  switch (found.kind) {
    case absl::TimeZone::TimeInfo::UNIQUE:
      return {LocalMeaning::Kind::unique, pre, pre};
    case absl::TimeZone::TimeInfo::REPEATED:
      return {LocalMeaning::Kind::repeated, pre, instant_from(found.post) + fraction};
    case absl::TimeZone::TimeInfo::SKIPPED:
      break;
  }
  const auto end_of_gap = instant_from(found.trans);
  return {LocalMeaning::Kind::skipped, end_of_gap, end_of_gap};
}

std::optional<ZoneTransition> Zone::next_transition(Instant after) const
{
  if (!rules_) return std::nullopt;
  const auto at = change_after(rules_->zone, after);
  if (!at) return std::nullopt;
  return ZoneTransition{*at, offset_at(*at - Duration{1}), offset_at(*at)};
}

OffsetPeriod Zone::period_at(Instant instant) const
{
  if (!rules_) return {first_instant, end_of_time, seconds{0}};
  return {change_until(rules_->zone, instant).value_or(first_instant),
          change_after(rules_->zone, instant).value_or(end_of_time), offset_at(instant)};
}

std::uint64_t Zone::rules_hash() const { return rules_ ? rules_->hash : 0; }

}  // namespace asyncz
