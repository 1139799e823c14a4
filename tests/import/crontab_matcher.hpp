// SPDX-License-Identifier: MIT
// crontab(5) once more, as slowly and plainly as can be: every day and minute is asked
// whether it matches. For comparison with the schedules that are computed.
#pragma once

#include "base/text.hpp"

#include <array>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::tests {

class CrontabMatcher {
 public:
  using Minute = std::chrono::local_time<std::chrono::minutes>;

  // Five fields or a nickname, well formed.
  explicit CrontabMatcher(std::string_view schedule)
  {
    const auto fields = split(spelled_out(schedule), ' ');
    minutes_ = values(fields.at(0), 0, 59);
    hours_ = values(fields.at(1), 0, 23);
    days_ = values(fields.at(2), 1, 31);
    months_ = values(fields.at(3), 1, 12);
    weekdays_ = values(fields.at(4), 0, 7);
    if (weekdays_.contains(7)) weekdays_.insert(0);
    both_days_ = fields.at(2).starts_with('*') || fields.at(4).starts_with('*');
  }

  [[nodiscard]] bool matches_day(std::chrono::local_days day) const
  {
    const std::chrono::year_month_day date{day};
    if (!months_.contains(static_cast<int>(unsigned{date.month()}))) return false;
    const bool in_month = days_.contains(static_cast<int>(unsigned{date.day()}));
    const bool in_week =
        weekdays_.contains(static_cast<int>(std::chrono::weekday{day}.c_encoding()));
    return both_days_ ? in_month && in_week : in_month || in_week;
  }

  // The first `count` matching minutes of the days from `from` to before `end`.
  [[nodiscard]] std::vector<Minute> first(std::size_t count, std::chrono::local_days from,
                                          std::chrono::local_days end) const
  {
    std::vector<Minute> found;
    for (auto day = from; day < end; day += std::chrono::days{1}) {
      if (!matches_day(day)) continue;
      for (int minute = 0; minute < 24 * 60 && found.size() < count; ++minute) {
        const bool matches = hours_.contains(minute / 60) && minutes_.contains(minute % 60);
        if (matches) found.push_back(day + std::chrono::minutes{minute});
      }
    }
    return found;
  }

  // The values of one field in order, with commas between them; Sunday is 0.
  static std::string values_text(std::string_view field, std::string_view range)
  {
    const auto ends = split(range, '-');
    auto all = values(field, number(ends[0]), number(ends[1]));
    if (range == "0-7" && all.erase(7) > 0) all.insert(0);
    all.erase(range.starts_with('1') ? 0 : -1);
    std::string text;
    for (const int value : all) text += std::to_string(value) + ",";
    return text;
  }

 private:
  static std::string_view spelled_out(std::string_view schedule)
  {
    if (schedule == "@hourly") return "0 * * * *";
    if (schedule == "@daily" || schedule == "@midnight") return "0 0 * * *";
    if (schedule == "@weekly") return "0 0 * * 0";
    if (schedule == "@monthly") return "0 0 1 * *";
    if (schedule == "@yearly" || schedule == "@annually") return "0 0 1 1 *";
    return schedule;
  }

  static int number(std::string_view text)
  {
    constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
    constexpr std::array<std::string_view, 7> days{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    const auto word = lower(text);
    for (std::size_t i = 0; i < months.size(); ++i) {
      if (word == months.at(i)) return static_cast<int>(i) + 1;
    }
    for (std::size_t i = 0; i < days.size(); ++i) {
      if (word == days.at(i)) return static_cast<int>(i);
    }
    return std::stoi(word);
  }

  static std::set<int> values(std::string_view field, int low, int high)
  {
    std::set<int> all;
    for (const auto item : split(field, ',')) {
      const auto parts = split(item, '/');
      const int step = parts.size() > 1 ? number(parts[1]) : 1;
      const auto ends = split(parts[0], '-');
      int first = parts[0] == "*" ? low : number(ends[0]);
      int last = parts[0] == "*" ? high : number(ends.back());
      if (last < first && last == 0) last = 7;
      for (; first <= last; first += step) all.insert(first);
    }
    return all;
  }

  std::set<int> minutes_, hours_, days_, months_, weekdays_;
  bool both_days_ = false;
};

}  // namespace asyncz::tests
