// SPDX-License-Identifier: MIT
#include "import/systemd_service.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "import/systemd_timer.hpp"
#include "import/systemd_variables.hpp"
#include "task/resource_limit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace asyncz {
namespace {

Error refused(std::string what, std::string hint = {})
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

// sysexits(3) by the names that SuccessExitStatus= takes.
constexpr std::array<std::pair<std::string_view, int>, 15> exit_names{{
    {"USAGE", 64},
    {"DATAERR", 65},
    {"NOINPUT", 66},
    {"NOUSER", 67},
    {"NOHOST", 68},
    {"UNAVAILABLE", 69},
    {"SOFTWARE", 70},
    {"OSERR", 71},
    {"OSFILE", 72},
    {"CANTCREAT", 73},
    {"IOERR", 74},
    {"TEMPFAIL", 75},
    {"PROTOCOL", 76},
    {"NOPERM", 77},
    {"CONFIG", 78},
}};

// `1024`, `64K`; seconds of processor time for LimitCPU.
std::optional<std::uint64_t> limit_of(std::string_view text, std::string_view name)
{
  if (name == "cpu") {
    const auto span = unit_time_span(text);
    if (!span) return std::nullopt;
    return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(*span).count());
  }
  return parse_size(text);
}

class ServiceReader {
 public:
  ServiceReader(TimerTask& result, const TimerUnits& units)
      : result_{result}, task_{result.task}, units_{units}
  {
  }

  void read()
  {
    task_.kill_grace = std::chrono::seconds{90};  // what systemd has by default
    if (units_.names.system) {
      task_.cwd = "/";
      set_user("root");
    }
    for (const auto& row : rows) {
      for (const auto* const setting : settings_of(units_.service, "Service", row.key)) {
        const auto done = (this->*row.set)(*setting);
        if (!done) result_.lost.push_back({setting->place, done.error().in(row.key)});
      }
    }
    for (const auto& setting : units_.service.settings) {
      if (setting.value.empty()) continue;
      if (is_limit(setting)) {
        read_limit(setting);
      } else if (!is_known(setting)) {
        lose(setting);
      }
    }
    for (const auto& setting : units_.timer.settings) {
      const bool known = setting.section == "Timer" ? is_timer_key(setting.key) : is_known(setting);
      if (!setting.value.empty() && !known) lose(setting);
    }
  }

 private:
  struct Row {
    std::string_view key;
    Status (ServiceReader::*set)(const UnitSetting&);
  };
  static const std::array<Row, 17> rows;

  void lose(const UnitSetting& setting)
  {
    result_.lost.push_back(
        {setting.place, refused(fmt::format("{} is not carried over", printable(setting.key)))});
  }

  // Read here or elsewhere, or of no meaning for a task.
  static bool is_known(const UnitSetting& setting)
  {
    constexpr std::array<std::string_view, 6> elsewhere{
        "Type", "ExecStart", "ExecStartPre", "ExecStartPost", "ExecCondition", "PassEnvironment"};
    const std::string_view key = setting.key;
    if (setting.section == "Install" || setting.section.starts_with("X-") || key.starts_with("X-"))
      return true;
    if (setting.section == "Unit") return key == "Description" || key == "Documentation";
    if (setting.section != "Service") return false;
    const bool shields = key.starts_with("Private") || key.starts_with("Protect");
    if (shields && unit_boolean(setting.value) == false) return true;
    return std::ranges::find(elsewhere, key) != elsewhere.end() ||
           std::ranges::find(rows, key, &Row::key) != rows.end();
  }

  static bool is_limit(const UnitSetting& setting)
  {
    return setting.section == "Service" && setting.key.starts_with("Limit") &&
           !limit_name(setting.key).empty();
  }

  static std::string limit_name(std::string_view key)
  {
    const auto known = limit_names();
    const auto name = lower(key.substr(5));
    return std::ranges::find(known, name) == known.end() ? "" : name;
  }

  void set_user(std::string name)
  {
    task_.user.reset();
    if (name != units_.user) task_.user = std::move(name);
  }

  Status read_environment(const UnitSetting& setting)
  {
    return add_variables(task_, setting.value, units_.names);
  }

  // Read after Environment=, over whose variables its own win.
  Status read_environment_file(const UnitSetting& setting)
  {
    const auto added = add_file_of_variables(task_, setting.value, units_);
    if (!added) return added.error();
    if (!*added) return {};
    result_.warnings.push_back(
        {setting.place, refused("EnvironmentFile: its variables are taken as they are now")});
    return {};
  }

  Status read_unset(const UnitSetting& setting) { return remove_variables(task_, setting.value); }

  Status read_directory(const UnitSetting& setting)
  {
    auto directory = with_specifiers(setting.value, units_.names);
    if (!directory) return directory.error();
    if (directory->starts_with('-')) return refused("a directory that may be missing");
    if (*directory == "~") {
      task_.cwd.reset();
    } else {
      task_.cwd = std::move(*directory);
    }
    return {};
  }

  Status read_user(const UnitSetting& setting)
  {
    auto name = with_specifiers(setting.value, units_.names);
    if (!name) return name.error();
    set_user(std::move(*name));
    return {};
  }

  Status read_nice(const UnitSetting& setting)
  {
    task_.nice = parse_number<int>(setting.value);
    return task_.nice ? Status{} : refused("a number is expected");
  }

  Status read_umask(const UnitSetting& setting)
  {
    const auto mask = parse_number<std::uint32_t>(setting.value, 8);
    if (!mask || *mask > 0777) return refused("an octal number up to 0777 is expected");
    task_.umask = mask;
    return {};
  }

  void read_limit(const UnitSetting& setting)
  {
    const auto name = limit_name(setting.key);
    auto text = std::string_view{setting.value};
    const auto colon = text.find(':');
    const bool twofold = colon != std::string_view::npos;
    if (twofold && text.substr(0, colon) == text.substr(colon + 1)) text = text.substr(0, colon);
    const auto limit = limit_of(text, name);
    if (!limit) return lose(setting);
    std::erase_if(task_.rlimit, [&](const auto& earlier) { return earlier.name == name; });
    task_.rlimit.push_back({name, *limit});
  }

  [[nodiscard]] bool is_oneshot() const
  {
    const auto* const type = setting_of(units_.service, "Service", "Type");
    return type != nullptr && type->value == "oneshot";
  }

  static Result<std::optional<Duration>> limit_span(std::string_view text)
  {
    if (text == "infinity" || text == "0") return std::optional<Duration>{};
    const auto span = unit_time_span(text);
    if (!span) return span.error();
    return std::optional{*span};
  }

  // Of a oneshot service the start is the run.
  Status read_start_timeout(const UnitSetting& setting)
  {
    if (!is_oneshot()) return {};
    return read_timeout(setting);
  }

  Status read_timeout(const UnitSetting& setting)
  {
    const auto span = limit_span(setting.value);
    if (!span) return span.error();
    task_.timeout = *span;
    return {};
  }

  Status read_stop_timeout(const UnitSetting& setting)
  {
    const auto span = limit_span(setting.value);
    if (!span) return span.error();
    if (!*span) return refused("waiting for ever after SIGTERM is not carried over");
    task_.kill_grace = **span;
    return {};
  }

  Status read_both_timeouts(const UnitSetting& setting)
  {
    if (const auto done = read_start_timeout(setting); !done) return done;
    return read_stop_timeout(setting);
  }

  Status read_success(const UnitSetting& setting)
  {
    for (const auto word : split(setting.value, ' ')) {
      if (word.empty()) continue;
      const auto* const named =
          std::ranges::find(exit_names, word, &decltype(exit_names)::value_type::first);
      const auto code = named != exit_names.end() ? named->second : parse_number<int>(word);
      if (!code || *code < 0 || *code > 255) {
        return refused(fmt::format("'{}' is not carried over", printable(word)));
      }
      task_.success_exit_codes.push_back(*code);
    }
    return {};
  }

  Status read_input(const UnitSetting& setting)
  {
    if (setting.value == "null") return {};
    return refused("another input than null is not carried over");
  }

  Status read_output(const UnitSetting& setting)
  {
    constexpr std::array<std::string_view, 5> kept{"journal", "inherit", "syslog", "kmsg",
                                                   "journal+console"};
    if (std::ranges::find(kept, setting.value) != kept.end()) return {};
    if (setting.value == "null" && setting.key == "StandardOutput") {
      task_.output = OutputMode::discard;
      return {};
    }
    return refused("the output is kept by asyncz, not written there");
  }

  // `no`, which is how it is.
  Status read_refusal(const UnitSetting& setting)
  {
    if (setting.value == "no" || unit_boolean(setting.value) == false) return {};
    return refused("it is not carried over");
  }

  TimerTask& result_;
  Task& task_;
  const TimerUnits& units_;
};

constexpr std::array<ServiceReader::Row, 17> ServiceReader::rows{{
    {"TimeoutSec", &ServiceReader::read_both_timeouts},
    {"TimeoutStartSec", &ServiceReader::read_start_timeout},
    {"RuntimeMaxSec", &ServiceReader::read_timeout},
    {"TimeoutStopSec", &ServiceReader::read_stop_timeout},
    {"Environment", &ServiceReader::read_environment},
    {"EnvironmentFile", &ServiceReader::read_environment_file},
    {"UnsetEnvironment", &ServiceReader::read_unset},
    {"WorkingDirectory", &ServiceReader::read_directory},
    {"User", &ServiceReader::read_user},
    {"Nice", &ServiceReader::read_nice},
    {"UMask", &ServiceReader::read_umask},
    {"SuccessExitStatus", &ServiceReader::read_success},
    {"StandardInput", &ServiceReader::read_input},
    {"StandardOutput", &ServiceReader::read_output},
    {"StandardError", &ServiceReader::read_output},
    {"Restart", &ServiceReader::read_refusal},
    {"RemainAfterExit", &ServiceReader::read_refusal},
}};

}  // namespace

void set_service(TimerTask& result, const TimerUnits& units)
{
  ServiceReader{result, units}.read();
}

}  // namespace asyncz
