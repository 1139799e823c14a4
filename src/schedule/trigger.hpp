// SPDX-License-Identifier: MIT
// When a task runs: as data (Trigger), and as the two functions computed from it (Schedule).
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "time/instant.hpp"
#include "time/zone.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

enum class TriggerKind : std::uint8_t {
  date,      // once, at `at`
  interval,  // start + k × every
  cron,      // `expression`: crontab(5) fields, a nickname, or named fields
  calendar,  // `expression`: systemd.time(7) calendar event
  boot,      // once for each boot of the worker's host
  shutdown,  // when a worker shuts down
  any,       // the earliest next time of the children
  all,       // the earliest time that all children agree on
};

// What becomes of a fixed local time that a change of clocks skips or repeats.
enum class DstGap : std::uint8_t { shift, skip };
enum class DstFold : std::uint8_t { first, second, both };

// The trigger as it is stored and shown: plain data, compared member by member. Which members mean
// something depends on `kind`; the others keep their defaults.
struct Trigger {
  TriggerKind kind = TriggerKind::date;
  Instant at = {};                    // date
  Duration every = {};                // interval; positive
  std::string expression;             // cron, calendar
  std::vector<Trigger> children;      // any, all: at least two, none of them nested
  std::optional<Instant> start;       // inclusive; always set for an interval
  std::optional<Instant> end;         // inclusive
  DstGap dst_gap = DstGap::shift;     // cron, calendar
  DstFold dst_fold = DstFold::first;  // cron, calendar

  [[nodiscard]] bool recurring() const { return kind != TriggerKind::date; }
  friend bool operator==(const Trigger&, const Trigger&) = default;
};

// `recurring()` for any/all is true even if all children are dates.

// The times of a trigger in one zone: computed, never enumerated; a pure function of what it was
// compiled from. Boot and shutdown triggers have no times.
class Schedule {
 public:
  virtual ~Schedule() = default;

  // The first time after `after`, or nothing when none is left.
  //   failed  the children of an `all` were not found to agree within the search's bound
  [[nodiscard]] virtual Result<std::optional<Instant>> next(Instant after) const = 0;

  // The last time not after `not_after`, or nothing when the first is still to come.
  //   failed  as above
  [[nodiscard]] virtual Result<std::optional<Instant>> last(Instant not_after) const = 0;
};

// `task_id` seeds the stable choices (`H`, `a~b`).
//   usage  the expression is refused: what is wrong, where, and what was probably meant; also one
//          that has no date in the calendar, and an `all` whose children can be shown never to meet
Result<std::unique_ptr<const Schedule>> compile(const Trigger& trigger, const Zone& zone,
                                                std::string_view task_id);

// One line, as `list` shows it: `*/5 * * * *`, `every 5m`, `at 2027-03-28T02:30:00+01:00`,
// `on boot`, `any of: …; …`.
[[nodiscard]] std::string trigger_text(const Trigger& trigger, const Zone& zone);

// The structural form (asyncz.toml(5)): {"cron": "30 2 * * *"}, {"every": "5m", "start": …},
// {"at": …}, {"calendar": …}, {"on_boot": true}, {"on_shutdown": true}, {"any": [{…}, …]},
// {"all": […]}, with "start", "end", "dst_gap", "dst_fold" where they apply.
[[nodiscard]] Value trigger_value(const Trigger& trigger, const Zone& zone);

// Reads the structural form. A time in the past is accepted. An interval without a start gets that
// of its any or all, else now + every.
//   usage  an unknown key (with the nearest known one), a missing or a wrong value
Result<Trigger> trigger_from_value(const Value& value, Instant now, const Zone& zone);

}  // namespace asyncz
