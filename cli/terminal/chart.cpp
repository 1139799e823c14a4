// SPDX-License-Identifier: MIT
#include "cli/terminal/chart.hpp"

#include "base/text.hpp"
#include "cli/terminal/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace asyncz::cli {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::minutes;

constexpr std::size_t widest_label = 24;
constexpr std::size_t narrowest_axis = 10;
constexpr std::size_t tick_width = 8;

struct Marks {
  std::string_view none;
  std::string_view one;
  std::string_view several;
};

constexpr Marks utf8_marks{"·", "▪", "█"};
constexpr Marks ascii_marks{".", "o", "#"};

std::string padded(std::string text, std::size_t columns)
{
  const auto width = width_of(text);
  if (width < columns) text.append(columns - width, ' ');
  return text;
}

std::size_t cell_of(double place, std::size_t cells)
{
  const auto cell = static_cast<std::size_t>(std::max(place, 0.0) * static_cast<double>(cells));
  return std::min(cell, cells - 1);
}

std::vector<std::size_t> counted(const ChartRow& row, std::size_t cells)
{
  std::vector<std::size_t> counts(cells);
  for (const double place : row.marks) ++counts[cell_of(place, cells)];
  return counts;
}

std::string axis(const std::vector<ChartTick>& ticks, std::size_t cells)
{
  std::string line;
  for (const ChartTick& tick : ticks) {
    const auto cell = cell_of(tick.place, cells);
    const bool fits = line.empty() || cell > line.size();
    if (!fits || cell + tick.text.size() > cells) continue;
    line.resize(cell, ' ');
    line += tick.text;
  }
  return line;
}

char digit(std::size_t count)
{
  if (count == 0) return ' ';
  return count > 9 ? '+' : static_cast<char>('0' + count);
}

std::string line_of(std::string_view label, std::size_t width, std::string_view cells)
{
  auto line = padded(std::string{label}, width) + ' ' + std::string{cells};
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

std::string drawn(const Chart& chart, std::size_t columns, bool utf8)
{
  std::size_t width = chart.with_sum ? 3 : 0;
  std::vector<std::string> labels;
  for (const ChartRow& row : chart.rows) {
    labels.push_back(cut_to(printable(row.label), widest_label));
    width = std::max(width, width_of(labels.back()));
  }
  const auto cells = std::max(columns > width + 1 ? columns - width - 1 : 0, narrowest_axis);
  const Marks& marks = utf8 ? utf8_marks : ascii_marks;

  std::string text = line_of("", width, axis(chart.ticks, cells));
  std::vector<std::size_t> sums(cells);
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    const auto counts = counted(chart.rows[i], cells);
    std::string line;
    for (std::size_t cell = 0; cell < cells; ++cell) {
      sums[cell] += counts[cell];
      line += counts[cell] == 0 ? marks.none : counts[cell] == 1 ? marks.one : marks.several;
    }
    text += line_of(labels[i], width, line);
  }
  if (!chart.with_sum) return text;
  std::string line;
  for (const std::size_t sum : sums) line += digit(sum);
  return text + line_of("all", width, line);
}

Result<std::vector<Instant>> charted_times(const Schedule& schedule, Instant from, Instant until)
{
  constexpr int slots = 8000;       // more than any terminal has columns
  constexpr std::size_t full = 10;  // times in a slot; a chart's last row counts up to 9
  const auto slot = std::max<Duration>((until - from) / slots, Duration{1});
  std::vector<Instant> times;
  Instant after = from - Duration{1};
  Instant slot_end = from;
  std::size_t in_slot = 0;
  for (;;) {
    const auto next = schedule.next(after);
    if (!next) return next.error();
    if (!*next || **next >= until) return times;
    times.push_back(after = **next);
    if (after >= slot_end) {
      slot_end = from + ((after - from) / slot + 1) * slot;
      in_slot = 0;
    }
    if (++in_slot == full) after = slot_end - Duration{1};
  }
}

bool locale_has_utf8()
{
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const auto locale = lower(value);
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

std::vector<ChartTick> time_ticks(Instant from, Instant until, const Zone& zone,
                                  std::size_t columns)
{
  constexpr std::array<int, 13> steps{1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440};
  const auto most = std::max<std::size_t>(columns / tick_width, 1);
  const auto whole = std::max<Duration>(until - from, minutes{1});
  const auto fits = [&](int step) {
    return static_cast<std::size_t>(whole / minutes{step}) <= most;
  };
  const auto* chosen = std::ranges::find_if(steps, fits);
  auto step = minutes{chosen == steps.end() ? steps.back() : *chosen};
  while (!fits(static_cast<int>(step.count()))) step += days{1};

  std::vector<ChartTick> ticks;
  auto time = LocalTime{floor<days>(zone.local(from))};
  for (; zone.meaning(time).first < until; time += step) {
    const Instant at = zone.meaning(time).first;
    if (at < from) continue;
    const auto day = floor<days>(time);
    const auto clock = floor<minutes>(time - day).count();
    ticks.push_back(
        {static_cast<double>((at - from).count()) / static_cast<double>(whole.count()),
         clock == 0 ? day_text(time) : fmt::format("{:02}:{:02}", clock / 60, clock % 60)});
  }
  return ticks;
}

std::vector<ChartTick> hour_ticks()
{
  std::vector<ChartTick> ticks;
  for (int hour = 0; hour < 24; hour += 3) {
    ticks.push_back({hour / 24.0, fmt::format("{:02}:00", hour)});
  }
  return ticks;
}

std::string day_text(LocalTime time)
{
  constexpr std::array<std::string_view, 7> names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date{day};
  return fmt::format("{} {:02}", names.at(std::chrono::weekday{day}.c_encoding()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace asyncz::cli
