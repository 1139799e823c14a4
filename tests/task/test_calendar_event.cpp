// SPDX-License-Identifier: MIT
#include "task/trigger.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

using namespace asyncz;

namespace {

Trigger calendar(std::string expression)
{
  Trigger trigger;
  trigger.kind = TriggerKind::calendar;
  trigger.expression = std::move(expression);
  return trigger;
}

constexpr Instant base = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
constexpr Instant horizon = std::chrono::sys_days{std::chrono::year{2100} / 1 / 1};
constexpr int iterations = 5;

// The next times from 2026 on in UTC, `2026-01-05 09:00:00` and so on.
std::vector<std::string> our_times(const std::string& expression)
{
  std::vector<std::string> out;
  const auto schedule = compile(calendar(expression), Zone{}, "id");
  if (!schedule) {
    // What no year has is refused here; to systemd it is a time that never comes.
    const bool impossible = schedule.error().what.find("no year has such") != std::string::npos;
    return impossible ? out : std::vector{schedule.error().what};
  }
  auto after = base;
  for (int i = 0; i < iterations; ++i) {
    const auto next = (*schedule)->next(after);
    if (!next || !*next || **next >= horizon) break;
    after = **next;
    auto text = rfc3339(after, std::chrono::seconds{0}).substr(0, 19);
    text[10] = ' ';
    out.push_back(text);
  }
  return out;
}

// What a command prints.
std::vector<std::string> lines_of(const std::string& command)
{
  std::vector<std::string> lines;
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return lines;
  std::array<char, 1024> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr)
    lines.emplace_back(buffer.data());
  ::pclose(pipe);
  return lines;
}

// The same times as systemd computes them, a list for each expression.
std::vector<std::vector<std::string>> their_times(const std::vector<std::string>& expressions)
{
  std::string command =
      "TZ=UTC LC_ALL=C systemd-analyze calendar --base-time='2026-01-01 00:00:00' --iterations=" +
      std::to_string(iterations);
  for (const auto& expression : expressions) command += " '" + expression + "'";
  std::vector<std::vector<std::string>> out;
  for (const auto& line : lines_of(command + " 2>&1")) {
    if (line.find("Normalized form:") != std::string::npos) out.emplace_back();
    const bool time =
        line.find("Next elapse:") != std::string::npos || line.find("Iter. #") != std::string::npos;
    const auto year = line.find(" 20");
    if (time && year != std::string::npos && !out.empty())
      out.back().push_back(line.substr(year + 1, 19));
  }
  return out;
}

std::vector<std::string> many_expressions()
{
  constexpr std::array weekdays{"", "Mon ", "Mon..Fri ", "Sat,Sun ", "tue,Thu..Sat ", "Wednesday "};
  constexpr std::array dates{
      "",        "*-*-* ",      "*-*-01 ",     "*-02-29 ",        "*-1/3-15 ",
      "*-*~01 ", "*-*~1..7/2 ", "*-*~07/1 ",   "2026..2030-*-7 ", "2027-03-28 ",
      "10-15 ",  "*-*-1..7 ",   "*-04,06-30 ", "*-2..5-1/9 "};
  constexpr std::array times{"",         "09:00",     "*:0/15",   "00:00:00",
                             "8..18:30", "0/6:00:00", "*:*:0/20", "12,14:10,20",
                             "23:59:59", "*:30:45",   "1:2:3..5"};
  std::vector<std::string> out;
  for (const std::string weekday : weekdays) {
    for (const std::string date : dates) {
      for (const std::string time : times) {
        if (!(weekday + date + time).empty()) out.push_back(weekday + date + time);
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("calendar events run when systemd runs them")
{
  if (std::system("command -v systemd-analyze >/dev/null 2>&1") != 0) {
    MESSAGE("skipped: no systemd-analyze");
    return;
  }
  const auto all = many_expressions();
  constexpr std::size_t batch = 200;
  for (std::size_t begin = 0; begin < all.size(); begin += batch) {
    const std::vector<std::string> some{
        all.begin() + static_cast<long>(begin),
        all.begin() + static_cast<long>(std::min(begin + batch, all.size()))};
    const auto theirs = their_times(some);
    REQUIRE(theirs.size() == some.size());
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto ours = our_times(some[i]);
      if (ours == theirs[i]) continue;
      FAIL_CHECK(some[i] << ": " << (ours.empty() ? "never" : ours[0])
                         << ", systemd: " << (theirs[i].empty() ? "never" : theirs[i][0]));
    }
  }
}

TEST_CASE("shorthands, forms of numbers, and a zone of its own")
{
  CHECK(our_times("weekly")[0] == "2026-01-05 00:00:00");
  CHECK(our_times("quarterly")[0] == "2026-04-01 00:00:00");
  CHECK(our_times("Semi-Annually")[0] == "2026-07-01 00:00:00");
  CHECK(our_times("minutely")[0] == "2026-01-01 00:01:00");
  CHECK(our_times("Wed, 17:48")[0] == "2026-01-07 17:48:00");
  CHECK(our_times("Wed-Sat,Tue 30-10-15 1:2:3")[0] == "2030-10-15 01:02:03");
  CHECK(our_times("2026-03-27 03:17:00 uTc")[0] == "2026-03-27 03:17:00");
  CHECK(our_times("Mon..Fri *-*-* 09:00:00 Europe/Berlin")[0] == "2026-01-01 08:00:00");
  CHECK(our_times("daily Asia/Kolkata")[0] == "2026-01-01 18:30:00");
}

TEST_CASE("fractions of a second")
{
  const auto schedule = compile(calendar("2026-03-27 03:17:00/0.42"), Zone{}, "id");
  REQUIRE(schedule);
  const auto first = **(*schedule)->next(base);
  CHECK(**(*schedule)->next(first) - first == std::chrono::milliseconds{420});
  const auto rounded = compile(calendar("2026-03-27 03:17:00.4200005"), Zone{}, "id");
  CHECK(us_of(**(*rounded)->next(base)) % 1'000'000 == 420'001);
}

TEST_CASE("what systemd refuses is refused with a reason")
{
  for (const auto* text : {"",
                           "test",
                           "7",
                           "121212:1:2",
                           "2000-03-05.23 00:00:00",
                           "2000-03-05 00:00.1:00",
                           "00:00:00/0.00000001",
                           "00:00:00.0..00.9",
                           "2016~11-22",
                           "*-*~5/5",
                           "Sat..Mon 10:00",
                           "*/2-*-*",
                           "Mon Tue 10:00",
                           "*-*-~1",
                           "*-*-* 10",
                           "10..9:00",
                           "*-*~7..1",
                           "22/2:00",
                           "*-04-31",
                           "25:00",
                           "Mon.. 10:00",
                           "10:00 Mars/Olympus",
                           "*-13-01",
                           "1969-01-01",
                           "@1395716396",
                           "10:00 10:00",
                           "*-*-*-*",
                           "--",
                           "~",
                           "*:*:60",
                           "Mon Mon"}) {
    CAPTURE(text);
    const auto refused = compile(calendar(text), Zone{}, "id");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("systemd's own pairs have one meaning in both forms")
{
  const char* const directory = std::getenv("ASYNCZ_TEST_DATA");
  REQUIRE(directory != nullptr);
  std::ifstream file{std::string{directory} + "/crontabs.txt"};
  bool wanted = false;
  int pairs = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#@")) {
      wanted = line.find("dialect=systemd kind=pair") != std::string::npos &&
               line.find("form=") == std::string::npos;
    }
    const auto arrow = line.find(" => ");
    if (!wanted || line.starts_with('#') || arrow == std::string::npos) continue;
    CAPTURE(line);
    CHECK(our_times(line.substr(0, arrow)) == our_times(line.substr(arrow + 4)));
    ++pairs;
  }
  CHECK(pairs > 30);
}
