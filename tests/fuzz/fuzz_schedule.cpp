// SPDX-License-Identifier: MIT
// Whatever people write as a time, a duration or a schedule: it is read or refused with a reason,
// and what is read behaves. The first byte chooses what is tried.
#include "schedule/explain.hpp"
#include "schedule/trigger.hpp"
#include "time/human_time.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace asyncz;

namespace {

constexpr Instant now = std::chrono::sys_days{std::chrono::year{2027} / 3 / 27};

void require(bool holds)
{
  if (!holds) std::abort();
}

const Zone& berlin()
{
  static const Zone zone = Zone::load("Europe/Berlin") ? *Zone::load("Europe/Berlin") : Zone{};
  return zone;
}

void try_duration(std::string_view text)
{
  const auto duration = parse_duration(text);
  if (duration) require(*parse_duration(duration_text(*duration)) == *duration);
}

void try_time(std::string_view text, TimeSense sense)
{
  const auto time = parse_time(text, now, berlin(), sense);
  if (!time) {
    require(!time.error().what.empty());
    return;
  }
  require(time->at >= first_instant && time->at <= last_instant);
}

void try_schedule(std::string_view text, TriggerKind kind)
{
  Trigger trigger;
  trigger.kind = kind;
  trigger.expression = text;
  const auto schedule = compile(trigger, berlin(), "fuzz");
  (void)describe(trigger, berlin(), "fuzz");
  (void)advice(trigger, berlin(), "fuzz");
  if (!schedule) {
    require(schedule.error().kind == ErrorKind::usage && !schedule.error().what.empty());
    return;
  }
  auto after = now;
  for (int i = 0; i < 20; ++i) {
    const auto next = (*schedule)->next(after);
    require(static_cast<bool>(next));
    if (!*next) return;
    require(**next > after && *(*schedule)->last(**next) == **next);
    after = **next;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 5) {
    case 0:
      try_duration(text);
      break;
    case 1:
      try_time(text, TimeSense::coming);
      break;
    case 2:
      try_time(text, TimeSense::any);
      break;
    case 3:
      try_schedule(text, TriggerKind::cron);
      break;
    default:
      try_schedule(text, TriggerKind::calendar);
  }
  return 0;
}
