// SPDX-License-Identifier: MIT
// What other crons read in the fields of a crontab line: their parsers, quirks included.
#pragma once

#include "import/cron_dialect.hpp"
#include "schedule/cron_field.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace asyncz {

// The five fields in their order, and where the two day fields stand among them.
extern const std::array<CronField, 5> crontab_columns;
inline constexpr std::size_t day_column = 2;
inline constexpr std::size_t weekday_column = 4;

// One field.
struct FieldReading {
  enum class Outcome : std::uint8_t {
    read,
    drawn,    // `~`: a value that is drawn at each start of the daemon
    logged,   // an error is logged, and the line runs with these values all the same
    refused,  // the line is dropped
  };
  Outcome outcome = Outcome::read;
  std::uint64_t values = 0;  // bit n for the number n; Sunday is 0
  bool all = false;          // the parser saw no difference to `*`
};

[[nodiscard]] FieldReading read_cron_field(std::size_t column, std::string_view text,
                                           CronDialect dialect);

// The values of a field that no cron reads in a way of its own, as we do; nothing for others.
[[nodiscard]] std::optional<std::uint64_t> undisputed_values(std::size_t column,
                                                             std::string_view text);

// The schedule that a line begins with.
struct CronReading {
  enum class Kind : std::uint8_t {
    clock,         // at the minutes that the sets below name
    drawn,         // at a minute that is drawn at each start of the daemon
    boot,          // `@reboot`
    every_second,  // FreeBSD's `@every_second`
    relative,      // after its last run, or on demand: dcron's `@daily`, FreeBSD's `@60`
    nth_weekday,   // both day fields, which dcron reads as the n-th weekday of the month
    refused,       // the line is dropped
  };
  Kind kind = Kind::refused;
  std::array<std::uint64_t, 5> values{};
  bool last_day = false;    // `$`: besides the days of the month, its last
  bool either_day = false;  // a day matches by either day field, else by both
  bool wildcard = false;    // the minute or the hour field begins with `*`

  // Whether any minute of any year is among them.
  [[nodiscard]] bool ever_matches() const;
  [[nodiscard]] bool matches_day(std::chrono::local_days day) const;
  [[nodiscard]] bool matches_minute(int hour, int minute) const
  {
    return (values[1] >> static_cast<unsigned>(hour) & 1U) != 0 &&
           (values[0] >> static_cast<unsigned>(minute) & 1U) != 0;
  }
};

[[nodiscard]] CronReading read_cron_fields(const std::array<std::string_view, 5>& fields,
                                           CronDialect dialect);

// A whole line: five fields or a nickname, and what follows them.
[[nodiscard]] CronReading read_cron_line(std::string_view line, CronDialect dialect);

}  // namespace asyncz
