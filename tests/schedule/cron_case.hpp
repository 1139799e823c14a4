// SPDX-License-Identifier: MIT
// Random cron expressions, each with what it means: read independently of parser and search.
#pragma once

#include "schedule/trigger.hpp"

#include <chrono>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace asyncz {

using Random = std::mt19937_64;

[[nodiscard]] int between(Random& random, int first, int last);

// A field as text and as the set of numbers that it means.
struct Field {
  std::string text;
  std::set<int> numbers;
};

struct CronCase {
  Field second, minute, hour, day, month, weekday;
  std::string special_day;  // L, LW, nW or empty
  int near = 0;             // of nW
  DstGap gap = DstGap::shift;
  DstFold fold = DstFold::first;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] Trigger trigger() const;

  // Whether it follows elapsed time: its minute or hour field begins with `*`.
  [[nodiscard]] bool elapsed() const;
  [[nodiscard]] bool day_matches(std::chrono::local_days day) const;
  [[nodiscard]] std::size_t times_a_day() const;

  // Adds all matching local times of a day.
  void add_times(std::chrono::local_days day, std::vector<LocalTime>& out) const;

 private:
  [[nodiscard]] bool month_day_matches(std::chrono::local_days day) const;
};

[[nodiscard]] CronCase random_case(Random& random);

}  // namespace asyncz
