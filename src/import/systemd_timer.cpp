// SPDX-License-Identifier: MIT
#include "import/systemd_timer.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace asyncz {
namespace {

constexpr std::string_view section = "Timer";

constexpr std::array<std::string_view, 11> known_keys{
    "OnCalendar",         "OnActiveSec", "OnBootSec",   "OnStartupSec", "OnUnitActiveSec",
    "RandomizedDelaySec", "Persistent",  "AccuracySec", "Unit",         "OnUnitInactiveSec",
    "RemainAfterElapse"};

Error refused(std::string what, std::string hint = {})
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

struct SpanUnit {
  std::string_view name;
  double us;
};

constexpr std::array span_units{
    SpanUnit{"usec", 1},          SpanUnit{"us", 1},         SpanUnit{"µs", 1},
    SpanUnit{"msec", 1e3},        SpanUnit{"ms", 1e3},       SpanUnit{"seconds", 1e6},
    SpanUnit{"second", 1e6},      SpanUnit{"sec", 1e6},      SpanUnit{"s", 1e6},
    SpanUnit{"minutes", 6e7},     SpanUnit{"minute", 6e7},   SpanUnit{"min", 6e7},
    SpanUnit{"m", 6e7},           SpanUnit{"hours", 3.6e9},  SpanUnit{"hour", 3.6e9},
    SpanUnit{"hr", 3.6e9},        SpanUnit{"h", 3.6e9},      SpanUnit{"days", 8.64e10},
    SpanUnit{"day", 8.64e10},     SpanUnit{"d", 8.64e10},    SpanUnit{"weeks", 6.048e11},
    SpanUnit{"week", 6.048e11},   SpanUnit{"w", 6.048e11},   SpanUnit{"months", 2.6298e12},
    SpanUnit{"month", 2.6298e12}, SpanUnit{"M", 2.6298e12},  SpanUnit{"years", 3.15576e13},
    SpanUnit{"year", 3.15576e13}, SpanUnit{"y", 3.15576e13}, SpanUnit{"", 1e6},
};

Error no_span(std::string_view text)
{
  return refused(fmt::format("'{}' is no time span", printable(text)));
}

class TimerReader {
 public:
  TimerReader(Task& task, const Unit& timer, Instant now, std::vector<UnitRemark>& problems,
              std::vector<UnitRemark>& warnings)
      : task_{task}, timer_{timer}, now_{now}, problems_{problems}, warnings_{warnings}
  {
  }

  void read()
  {
    read_calendar();
    read_spans();
    read_policy();
    if (triggers_.size() == 1) {
      task_.trigger = std::move(triggers_.front());
    } else if (triggers_.size() > 1) {
      task_.trigger = {.kind = TriggerKind::any};
      task_.trigger.children = std::move(triggers_);
    }
  }

 private:
  void complain(const UnitSetting& setting, std::string what, std::string hint = {})
  {
    problems_.push_back(
        {setting.place, refused(setting.key + ": " + std::move(what), std::move(hint))});
  }

  void warn(const UnitSetting& setting, std::string what)
  {
    warnings_.push_back({setting.place, refused(setting.key + ": " + std::move(what))});
  }

  void read_calendar()
  {
    for (const auto* const setting : settings_of(timer_, section, "OnCalendar")) {
      triggers_.push_back({.kind = TriggerKind::calendar, .expression = setting->value});
    }
    calendar_ = !triggers_.empty();
  }

  std::optional<Duration> span_of(const UnitSetting* setting)
  {
    if (setting == nullptr) return std::nullopt;
    const auto span = unit_time_span(setting->value);
    if (!span) {
      complain(*setting, span.error().what);
      return std::nullopt;
    }
    return *span;
  }

  // The first of these keys that is set, with its time span.
  struct Beginning {
    const UnitSetting* setting = nullptr;
    Duration span{0};
  };
  std::optional<Beginning> beginning()
  {
    for (const auto key : {"OnBootSec", "OnStartupSec", "OnActiveSec"}) {
      const auto* const setting = setting_of(timer_, section, key);
      if (const auto span = span_of(setting)) return Beginning{setting, *span};
    }
    return std::nullopt;
  }

  void read_spans()
  {
    if (const auto* const inactive = setting_of(timer_, section, "OnUnitInactiveSec")) {
      complain(*inactive, "a time after the end of the last run has no counterpart",
               fmt::format("asyncz add --every {}, counted from a fixed time", inactive->value));
    }
    const auto begins = beginning();
    const auto* const again = setting_of(timer_, section, "OnUnitActiveSec");
    const auto every = span_of(again);
    if (every && *every <= Duration{0}) return complain(*again, "it must be longer than 0");
    if (every) {
      const auto first = begins ? begins->span : *every;
      triggers_.push_back(
          {.kind = TriggerKind::interval, .every = *every, .start = saturated_sum(now_, first)});
      warn(*again, fmt::format("every {}, counted from now and not from each boot or start",
                               duration_text(*every)));
    } else if (begins) {
      read_beginning(*begins);
    }
  }

  // A time span after something, once.
  void read_beginning(const Beginning& begins)
  {
    if (begins.setting->key == "OnActiveSec") {
      triggers_.push_back({.kind = TriggerKind::date, .at = saturated_sum(now_, begins.span)});
    } else if (begins.span > Duration{0}) {
      complain(*begins.setting, "a delay after the boot has no counterpart",
               "let the command sleep, and set it to 0");
    } else if (calendar_) {
      complain(*begins.setting, "a boot cannot be one of several schedules",
               "add a task of its own for it");
    } else {
      triggers_.push_back({.kind = TriggerKind::boot});
    }
  }

  void read_policy()
  {
    const auto* const delay = setting_of(timer_, section, "RandomizedDelaySec");
    if (const auto span = span_of(delay)) task_.jitter = *span;
    const auto accuracy =
        span_of(setting_of(timer_, section, "AccuracySec")).value_or(std::chrono::minutes{1});
    const auto* const persistent = setting_of(timer_, section, "Persistent");
    const auto made_up =
        persistent == nullptr ? std::optional{false} : unit_boolean(persistent->value);
    if (!made_up) return complain(*persistent, "yes or no is expected");
    // Of what is not persistent only the time that has just come is run.
    if (calendar_ && !*made_up) {
      task_.misfire_grace_time = std::max<Duration>(accuracy, std::chrono::minutes{1});
    }
  }

  Task& task_;
  const Unit& timer_;
  Instant now_;
  std::vector<UnitRemark>& problems_;
  std::vector<UnitRemark>& warnings_;
  std::vector<Trigger> triggers_;
  bool calendar_ = false;
};

}  // namespace

Result<Duration> unit_time_span(std::string_view text)
{
  constexpr double longest = 2e17;
  auto rest = trimmed(text);
  if (rest.empty()) return no_span(text);
  double sum = 0;
  while (!rest.empty()) {
    const auto digits = rest.substr(0, rest.find_first_not_of("0123456789."));
    const auto number = parse_number<double>(digits);
    if (!number) return no_span(text);
    rest = trimmed(rest.substr(digits.size()));
    const auto name = rest.substr(0, rest.find_first_of("0123456789. \t"));
    const auto unit = std::ranges::find(span_units, name, &SpanUnit::name);
    if (unit == span_units.end()) return no_span(text);
    rest = trimmed(rest.substr(name.size()));
    sum += *number * unit->us;
    if (!(sum < longest)) return no_span(text);
  }
  return Duration{static_cast<std::int64_t>(sum + 0.5)};
}

bool is_timer_key(std::string_view key)
{
  return std::ranges::find(known_keys, key) != known_keys.end();
}

void set_timer(Task& task, const Unit& timer, Instant now, std::vector<UnitRemark>& problems,
               std::vector<UnitRemark>& warnings)
{
  const auto problems_before = problems.size();
  task.trigger = {.kind = TriggerKind::any};
  TimerReader{task, timer, now, problems, warnings}.read();
  const bool nothing = task.trigger.kind == TriggerKind::any && task.trigger.children.empty();
  if (nothing && problems.size() == problems_before) {
    problems.push_back({"", refused("nothing in [Timer] says when")});
  }
}

}  // namespace asyncz
