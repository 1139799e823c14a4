// SPDX-License-Identifier: MIT
#include "import/crontab_setting.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cstdint>

namespace asyncz {
namespace {

// `text` up to the quote that it begins with; the rest stays in `text`.
std::optional<std::string_view> take_quoted(std::string_view& text)
{
  const auto end = text.find(text.front(), 1);
  if (end == std::string_view::npos) return std::nullopt;
  const auto inside = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return inside;
}

bool is_quote(char c) { return c == '"' || c == '\''; }

// A setting that means more to some cron than a variable of the command.
struct KnownSetting {
  std::string_view name;
  std::string_view remark;
};

constexpr std::string_view only_a_variable =
    "has no meaning here; it is kept as a variable of the commands";

constexpr std::array known_settings{
    KnownSetting{"TZ", "is the time zone of the commands; that of the schedules is CRON_TZ"},
    KnownSetting{"START_HOURS_RANGE", only_a_variable},
    KnownSetting{"DELAY", only_a_variable},
    KnownSetting{"BATCH", only_a_variable},
    KnownSetting{"MAILFROM", only_a_variable},
    KnownSetting{"CONTENT_TYPE", only_a_variable},
    KnownSetting{"CONTENT_TRANSFER_ENCODING", only_a_variable},
    KnownSetting{"CRON_UNIQUE_UNITS", only_a_variable},
    KnownSetting{"CRON_INHERIT_VARIABLES", only_a_variable},
    KnownSetting{"CRON_MAIL_SUCCESS", only_a_variable},
    KnownSetting{"CRON_MAIL_FORMAT", only_a_variable},
};

bool has_expansion(std::string_view value)
{
  for (std::size_t i = 0; i + 1 < value.size(); ++i) {
    const auto next = static_cast<unsigned char>(value[i + 1]);
    if (value[i] == '$' && (std::isalpha(next) != 0 || next == '_' || next == '{')) return true;
  }
  return false;
}

}  // namespace

std::optional<CrontabSetting> read_crontab_setting(std::string_view line)
{
  CrontabSetting setting;
  if (is_quote(line.front())) {
    const auto name = take_quoted(line);
    if (!name || name->find('=') != std::string_view::npos) return std::nullopt;
    setting.name = *name;
  } else {
    setting.name = line.substr(0, line.find_first_of(" \t="));
    line.remove_prefix(setting.name.size());
  }
  line = trimmed(line);
  if (line.empty() || line.front() != '=') return std::nullopt;
  line = trimmed(line.substr(1));
  setting.value = line;
  if (line.empty() || !is_quote(line.front())) return setting;
  const auto value = take_quoted(line);
  if (!value || !line.empty()) return std::nullopt;
  return CrontabSetting{setting.name, *value, true};
}

std::optional<std::chrono::minutes> random_delay(std::string_view value)
{
  constexpr std::int32_t most = 24 * 60;
  const auto minutes = parse_number<std::int32_t>(value);
  if (!minutes || *minutes < 0 || *minutes > most) return std::nullopt;
  return std::chrono::minutes{*minutes};
}

std::vector<std::string> remarks_on(const CrontabSetting& setting)
{
  std::vector<std::string> remarks;
  for (const auto& known : known_settings) {
    if (setting.name != known.name) continue;
    remarks.push_back(fmt::format("{} {}", known.name, known.remark));
  }
  if (setting.name == "PERSISTENT" && setting.value != "true" && setting.value != "yes") {
    remarks.emplace_back("PERSISTENT is not carried over: what was missed is made up for once");
  }
  if (setting.name == "RANDOM_DELAY" && !setting.value.empty() && !random_delay(setting.value)) {
    remarks.push_back(
        fmt::format("RANDOM_DELAY '{}' is no number of minutes from 0 to 1440: nothing is delayed",
                    printable(setting.value)));
  }
  if (has_expansion(setting.value)) {
    remarks.push_back(fmt::format("'{}' stays as it is: variables are not expanded in settings",
                                  printable(setting.value)));
  }
  if (!setting.quoted && setting.value.find(" #") != std::string_view::npos) {
    remarks.emplace_back("a comment after a setting is part of its value");
  }
  return remarks;
}

}  // namespace asyncz
