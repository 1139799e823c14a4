// SPDX-License-Identifier: MIT
// What four real crons make of a field (measured, tests/data/crontabs.txt), beside what we do:
// cronie's reading, or a refusal where a cron misreads the field or never runs it.
#include "schedule/trigger.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

using namespace asyncz;
using std::chrono::year_month_day;

namespace {

// Where we part from cronie on purpose.
const std::set<std::string> refused_here = {"*/60", "*/90", "1-20/30", "*/24", "*/31", "5-5/3"};
const std::set<std::string> read_here = {"0/5", "5/15", "~", "10~20", "L"};

// The place of the field with this range in `M H D m W`, and the others so that it shows.
const std::map<std::string, std::string> expressions = {{"0-59", "F 0 1 1 *"},
                                                        {"0-23", "0 F 1 1 *"},
                                                        {"1-31", "0 0 F 1 *"},
                                                        {"1-12", "0 0 1 F *"},
                                                        {"0-7", "0 0 * * F"}};

int number_of(Instant at, const std::string& range)
{
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::hh_mm_ss time{at - day};
  const year_month_day date{day};
  if (range == "0-59") return static_cast<int>(time.minutes().count());
  if (range == "0-23") return static_cast<int>(time.hours().count());
  if (range == "1-31") return static_cast<int>(static_cast<unsigned>(date.day()));
  if (range == "1-12") return static_cast<int>(static_cast<unsigned>(date.month()));
  return static_cast<int>(std::chrono::weekday{day}.c_encoding());
}

// The numbers that a field runs at in 2027; nothing when it is refused.
std::optional<std::set<int>> our_numbers(const std::string& field, const std::string& range)
{
  Trigger trigger;
  trigger.kind = TriggerKind::cron;
  trigger.expression = expressions.at(range);
  trigger.expression.replace(trigger.expression.find('F'), 1, field);
  const auto schedule = compile(trigger, Zone{}, "id");
  if (!schedule) return std::nullopt;
  const Instant begin = std::chrono::sys_days{std::chrono::year{2027} / 1 / 1};
  std::set<int> numbers;
  auto at = *(*schedule)->next(begin - Duration{1});
  while (at && *at < begin + std::chrono::days{365}) {
    numbers.insert(number_of(*at, range));
    at = *(*schedule)->next(*at);
  }
  return numbers;
}

// `0,7,14`, `ALL`; 7 is Sunday.
std::set<int> numbers_in(const std::string& text, const std::string& range)
{
  std::set<int> out;
  if (text == "ALL") {
    const auto dash = range.find('-');
    for (int n = std::stoi(range); n <= std::stoi(range.substr(dash + 1)); ++n) {
      out.insert(range == "0-7" ? n % 7 : n);
    }
    return out;
  }
  std::istringstream in{text};
  for (std::string number; std::getline(in, number, ',');) {
    const int n = std::stoi(number);
    out.insert(range == "0-7" ? n % 7 : n);
  }
  return out;
}

std::string taken(std::string& line, const std::string& until)
{
  const auto end = std::min(line.find(until), line.size());
  auto word = line.substr(0, end);
  line.erase(0, end + until.size());
  return word;
}

}  // namespace

TEST_CASE("a field means what it means to cronie, or is refused")
{
  const char* const directory = std::getenv("ASYNCZ_TEST_DATA");
  REQUIRE(directory != nullptr);
  std::ifstream file{std::string{directory} + "/crontabs.txt"};
  bool wanted = false;
  int compared = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#@")) wanted = line.find("dialect=field4") != std::string::npos;
    if (!wanted || line.starts_with('#') || line.empty()) continue;
    CAPTURE(line);
    const auto field = taken(line, " | ");
    const auto range = taken(line, " => ");
    const auto cronie = taken(line, " | ");
    ++compared;
    const auto ours = our_numbers(field, range);
    if (read_here.contains(field)) {
      CHECK(ours);
    } else if (cronie == "refused" || cronie == "NEVER" || refused_here.contains(field)) {
      CHECK_FALSE(ours);
    } else {
      REQUIRE(ours);
      CHECK((*ours == numbers_in(cronie, range)));
    }
  }
  CHECK(compared > 30);
}

TEST_CASE("no expression of any scheduler does worse than to be refused with a reason")
{
  const char* const directory = std::getenv("ASYNCZ_TEST_DATA");
  REQUIRE(directory != nullptr);
  std::ifstream file{std::string{directory} + "/crontabs.txt"};
  bool wanted = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#@")) wanted = line.find("kind=expr") != std::string::npos;
    if (!wanted || line.starts_with('#') || line.empty()) continue;
    CAPTURE(line);
    for (const auto kind : {TriggerKind::cron, TriggerKind::calendar}) {
      Trigger trigger;
      trigger.kind = kind;
      trigger.expression = line;
      const auto schedule = compile(trigger, Zone{}, "id");
      if (schedule) {
        CHECK((*schedule)->next(Instant{}));
      } else {
        CHECK(schedule.error().kind == ErrorKind::usage);
        CHECK_FALSE(schedule.error().what.empty());
      }
    }
  }
}
