// SPDX-License-Identifier: MIT
// What other crons made of the fields of a crontab, said in ours.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// Measured on cronie 1.7.2, ISC (Vixie) cron of 2024-08, busybox of 2024-04 and dcron; the BSDs'
// crons read fields as cronie does.
enum class CronDialect : std::uint8_t { cronie, vixie, busybox, dcron, bsd };

[[nodiscard]] std::optional<CronDialect> parse_cron_dialect(std::string_view text);
[[nodiscard]] std::string_view cron_dialect_text(CronDialect dialect);

// Whether `%` in a command is special to this cron.
[[nodiscard]] bool has_percent_rule(CronDialect dialect);

// Five fields, each as it is where it means the same to us and else as the list of values that this
// cron saw.
//   usage  this cron refused the field, or ran at other times than it says after logging an error,
//          or never; or what it ran at cannot be said in five fields
Result<std::vector<std::string>> translated_fields(const std::vector<std::string>& fields,
                                                   CronDialect dialect);

}  // namespace asyncz
