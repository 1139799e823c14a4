// SPDX-License-Identifier: MIT
// The parsers of crontab fields behind cron_reading.hpp, a file each, and what they share.
#pragma once

#include "base/number.hpp"
#include "import/cron_reading.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace asyncz {

// Vixie's, and of those that grew from it.
[[nodiscard]] FieldReading read_vixie_field(std::size_t column, std::string_view text,
                                            CronDialect dialect);

// Dillon's, of dcron and of busybox.
[[nodiscard]] FieldReading read_dillon_field(std::size_t column, std::string_view text,
                                             CronDialect dialect);

[[nodiscard]] inline std::uint64_t bit(int number)
{
  return std::uint64_t{1} << static_cast<unsigned>(number);
}

[[nodiscard]] inline bool is_week(const CronField& field) { return field.high == 7; }

// A number without a sign.
[[nodiscard]] inline std::optional<int> cron_number(std::string_view text)
{
  const auto value = parse_number<int>(text);
  return value && *value >= 0 ? value : std::nullopt;
}

}  // namespace asyncz
