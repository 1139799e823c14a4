// SPDX-License-Identifier: MIT
#include "cli/views/run_view.hpp"

#include <algorithm>
#include <utility>

namespace asyncz::cli {
namespace {

template <class T>
Value number(const std::optional<T>& value)
{
  return value ? Value{static_cast<std::int64_t>(*value)} : Value{};
}

Value text(const std::string& value) { return value.empty() ? Value{} : Value{value}; }

}  // namespace

std::string time_text(Instant instant, const Zone& zone)
{
  return rfc3339(instant, zone.offset_at(instant));
}

std::string table_time(const Context& context, Instant instant, const Zone& zone)
{
  const bool person = context.stdout_is_terminal();
  return time_text(person ? std::chrono::floor<std::chrono::seconds>(instant) : instant, zone);
}

void add_time(ValueMap& map, std::string_view key, std::optional<Instant> instant, const Zone& zone)
{
  map.emplace_back(key, instant ? Value{time_text(*instant, zone)} : Value{});
  map.emplace_back(std::string{key} + "_us", instant ? Value{us_of(*instant)} : Value{});
}

std::string exit_text(const Run& run)
{
  if (run.signal) return signal_name(*run.signal);
  return run.exit_status ? std::to_string(*run.exit_status) : "-";
}

std::string length_text(const Run& run)
{
  if (!run.start || !run.end) return "-";
  // The clock may have been set back meanwhile.
  return duration_text(std::max(*run.end - *run.start, Duration{0}));
}

int exit_status_of(const Run& run)
{
  if (run.state == RunState::succeeded) return 0;
  if (run.state == RunState::timed_out) return 124;
  if (run.state != RunState::failed) return 125;
  if (run.signal) return 128 + *run.signal;
  return run.exit_status.value_or(125);
}

std::string run_sentence(const Run& run, const Zone& zone)
{
  std::string text;
  if (run.stretch) {
    const auto& [first, last, count] = *run.stretch;
    text = time_text(first, zone);
    if (last != first) text += " to " + time_text(last, zone);
    if (count && *count > 1) text += " (" + std::to_string(*count) + " times)";
    text += run.state == RunState::missed
                ? " was missed: no worker took it within misfire_grace_time"
                : " was skipped: as many runs were under way as may be";
    return text;
  }
  text = "run " + run.id() + " for " + time_text(run.scheduled, zone);
  if (run.attempt > 1) text += ", attempt " + std::to_string(run.attempt);
  text += ": " + std::string{run_state_text(run.state)};
  if (run.exit_status || run.signal) text += ", exit status " + exit_text(run);
  if (run.start) text += ", began " + time_text(*run.start, zone) + " and took " + length_text(run);
  if (!run.reason.empty()) text += ", " + run.reason;
  return text;
}

ValueMap run_value(const Run& run, const Zone& zone)
{
  ValueMap map{{"id", run.id()},
               {"task", run.task},
               {"name", run.name},
               {"queue", run.queue},
               {"state", run_state_text(run.state)},
               {"reason", text(run.reason)}};
  add_time(map, "scheduled_time", run.scheduled, zone);
  map.emplace_back("attempt", std::int64_t{run.attempt});
  if (run.stretch) {
    add_time(map, "first_time", run.stretch->first, zone);
    add_time(map, "last_time", run.stretch->last, zone);
    map.emplace_back("count", number(run.stretch->count));
  } else {
    add_time(map, "start_time", run.start, zone);
    add_time(map, "end_time", run.end, zone);
  }
  map.emplace_back("exit_status", number(run.exit_status));
  map.emplace_back("signal", run.signal ? Value{signal_name(*run.signal)} : Value{});
  map.emplace_back("worker", text(run.worker));
  map.emplace_back("host", text(run.host));
  map.emplace_back("cpu_us", run.cpu.count());
  map.emplace_back("max_memory", run.max_memory);
  map.emplace_back("output", run.output);
  return map;
}

}  // namespace asyncz::cli
