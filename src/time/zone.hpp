// SPDX-License-Identifier: MIT
// Time zones by IANA name, read from the system's database. The only user of the time zone library.
#pragma once

#include "base/result.hpp"
#include "time/instant.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace asyncz {

// A wall-clock reading without a zone.
using LocalTime = std::chrono::local_time<Duration>;

// What a local time means in a zone.
struct LocalMeaning {
  enum class Kind : std::uint8_t {
    unique,    // one instant: `first`
    repeated,  // two instants, `first` and `second`: clocks went back over it
    skipped,   // none: clocks went forward over it, at `first` (== `second`), the first instant
               // after the gap
  };
  Kind kind = Kind::unique;
  Instant first;
  Instant second;
};

// When and how the offset changes.
struct ZoneTransition {
  Instant at;
  std::chrono::seconds before;  // offset east of UTC until `at`
  std::chrono::seconds after;   // and from then on
};

// A stretch of time with one offset, as long as it can be: begin (inclusive) to end (exclusive).
struct OffsetPeriod {
  Instant begin;                // first_instant where there is no change before
  Instant end;                  // after last_instant where there is no change to come
  std::chrono::seconds offset;  // east of UTC
};

// A loaded zone: a value, cheap to copy, safe to share between threads. It keeps the rules it was
// loaded with; load again to see a changed database.
class Zone {
 public:
  // UTC, without touching the disk.
  Zone();

  // A zone of the system's database (`Europe/Berlin`, `UTC`); fixed offsets (`+02:00`) are none.
  //   usage  there is no zone of this name; the nearest one is the hint
  static Result<Zone> load(std::string_view name);

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] std::chrono::seconds offset_at(Instant instant) const;
  [[nodiscard]] std::string abbreviation_at(Instant instant) const;
  [[nodiscard]] LocalTime local(Instant instant) const;
  [[nodiscard]] LocalMeaning meaning(LocalTime time) const;

  // The first change of the offset after this instant, or nothing before the year 10000.
  // (Changes of abbreviation alone are not reported.)
  [[nodiscard]] std::optional<ZoneTransition> next_transition(Instant after) const;

  // The period that this instant lies in.
  [[nodiscard]] OffsetPeriod period_at(Instant instant) const;

  // Differs when the rules differ, from one version of the database to another; 0 for UTC.
  [[nodiscard]] std::uint64_t rules_hash() const;

 private:
  struct Rules;
  std::string name_;
  std::shared_ptr<const Rules> rules_;  // shared by the copies; immutable
};

// The zone to use where none is given: `TZ` where it names a zone, else that of /etc/localtime
// (read as a link, or /etc/timezone), else `UTC`. Reads no zone file.
[[nodiscard]] std::string local_zone_name();

}  // namespace asyncz
