// SPDX-License-Identifier: MIT
// A setting in a crontab, `NAME = value`, and what it would have meant to some cron.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// Views of the line.
struct CrontabSetting {
  std::string_view name;
  std::string_view value;
  bool quoted = false;
};

// The line as a setting, or nothing if it is none: blanks around `=` and quotes around either side
// are allowed, nothing may follow a closing quote. `line` is not empty.
[[nodiscard]] std::optional<CrontabSetting> read_crontab_setting(std::string_view line);

// What RANDOM_DELAY says, as cronie takes it: at most a day; nothing where it is another text.
[[nodiscard]] std::optional<std::chrono::minutes> random_delay(std::string_view value);

// What its writer may have expected of it in vain, a clause each.
[[nodiscard]] std::vector<std::string> remarks_on(const CrontabSetting& setting);

}  // namespace asyncz
