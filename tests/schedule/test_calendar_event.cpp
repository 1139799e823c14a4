// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "schedule/trigger.hpp"
#include "time/human_time.hpp"

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
constexpr std::size_t iterations = 5;

// From where on times are compared, and in which zone.
struct View {
  std::string zone = "UTC";
  std::string from = "2026-01-01 00:00:00";  // local time that is there once
};

Zone zone_of(const View& view)
{
  auto zone = Zone::load(view.zone);
  REQUIRE(zone);
  return *zone;
}

Instant begin_of(const View& view)
{
  const auto zone = zone_of(view);
  const auto time = parse_time(view.from, base, zone, TimeSense::any);
  REQUIRE(time);
  return time->at;
}

// Whether clocks showed this time before.
bool is_second_pass(const Zone& zone, Instant at)
{
  const auto meaning = zone.meaning(zone.local(at));
  return meaning.kind == LocalMeaning::Kind::repeated && meaning.second == at;
}

// Whether clocks change within two days of it.
bool is_near_change(const Zone& zone, Instant at)
{
  const auto change = zone.next_transition(at - std::chrono::days{2});
  return change && change->at < at + std::chrono::days{2};
}

// The next times in UTC, `2026-01-05 09:00:00` and so on, by the rules of systemd for changes of
// clocks: what falls into a gap is left out, and in a repeated hour there is the first pass alone.
// Times near a change that are not among `theirs` are passed over and counted.
std::vector<std::string> our_times(const std::string& expression, const View& view = {},
                                   const std::vector<std::string>& theirs = {},
                                   int* passed_over = nullptr)
{
  std::vector<std::string> out;
  const auto zone = zone_of(view);
  auto trigger = calendar(expression);
  trigger.dst_gap = DstGap::skip;
  trigger.dst_fold = DstFold::both;  // so that second passes can be told
  const auto schedule = compile(trigger, zone, "id");
  if (!schedule) {
    // What no year has is refused here; to systemd it is a time that never comes.
    const bool impossible = schedule.error().what.find("no year has such") != std::string::npos;
    return impossible ? out : std::vector{schedule.error().what};
  }
  auto after = begin_of(view);
  while (out.size() < iterations) {
    const auto next = (*schedule)->next(after);
    if (!next || !*next || **next >= horizon) break;
    after = **next;
    auto text = rfc3339(after, std::chrono::seconds{0}).substr(0, 19);
    text[10] = ' ';
    const bool known = std::ranges::find(theirs, text) != theirs.end();
    if (!known && is_second_pass(zone, after)) continue;
    if (passed_over != nullptr && !known && is_near_change(zone, after)) {
      ++*passed_over;
    } else {
      out.push_back(text);
    }
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
std::vector<std::vector<std::string>> their_times(const std::vector<std::string>& expressions,
                                                  const View& view)
{
  std::string command = "TZ=" + view.zone + " LC_ALL=C systemd-analyze calendar --base-time='" +
                        view.from + "' --iterations=" + std::to_string(iterations);
  for (const auto& expression : expressions) command += " '" + expression + "'";
  std::vector<std::vector<std::string>> out;
  for (const auto& line : lines_of(command + " 2>&1")) {
    const auto has = [&](const char* text) { return line.find(text) != std::string::npos; };
    if (has("Normalized form:")) out.emplace_back();
    const bool time = view.zone == "UTC" ? has("Next elapse:") || has("Iter. #") : has("(in UTC):");
    if (!time || out.empty()) continue;
    const auto date = line.substr(line.find(": ") + 6, 19);  // behind the weekday
    if (date.starts_with("20")) out.back().push_back(date);
  }
  return out;
}

// Weekdays, dates and times in every combination.
std::vector<std::string> many_expressions()
{
  constexpr std::array weekdays{"",           "Mon ", "Mon..Fri ", "Sat,Sun ", "tue,Thu..Sat ",
                                "Wednesday ", "Sun ", "Fri..Sat "};
  constexpr std::array dates{"",
                             "*-*-* ",
                             "*-*-01 ",
                             "*-02-29 ",
                             "*-1/3-15 ",
                             "*-*~01 ",
                             "*-*~1..7/2 ",
                             "*-*~07/1 ",
                             "2026..2030-*-7 ",
                             "2027-03-28 ",
                             "10-15 ",
                             "*-*-1..7 ",
                             "*-04,06-30 ",
                             "*-2..5-1/9 ",
                             "*-10-25..31 ",
                             "*-03~7/1 ",
                             "2027-*-* ",
                             "*-12-24,31 ",
                             "2026/2-05-* ",
                             "*-*-13 ",
                             "*-02~18..27/4 ",
                             "*-*-18..27/13 "};
  constexpr std::array times{"",          "09:00",       "*:0/15",
                             "00:00:00",  "8..18:30",    "0/6:00:00",
                             "*:*:0/20",  "12,14:10,20", "23:59:59",
                             "*:30:45",   "1:2:3..5",    "02:30",
                             "2..3:15",   "01:45:30",    "*:0/7",
                             "0/2:20,40", "3:00",        "1,2,3:0/30",
                             "00:30",     "22..23:50/5", "9..17/20:*:50..55/20"};
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

bool has_systemd()
{
  const bool present = std::system("command -v systemd-analyze >/dev/null 2>&1") == 0;
  if (!present) MESSAGE("skipped: no systemd-analyze");
  return present;
}

// The lines of all sections of tests/data/crontabs.txt whose head has `part`, and not `other`.
std::vector<std::string> lines_of_sections(std::string_view part, std::string_view other = "#!")
{
  const char* const directory = std::getenv("ASYNCZ_TEST_DATA");
  REQUIRE(directory != nullptr);
  std::ifstream file{std::string{directory} + "/crontabs.txt"};
  std::vector<std::string> lines;
  bool wanted = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#@")) {
      wanted = line.find(part) != std::string::npos && line.find(other) == std::string::npos;
    } else if (wanted && !line.empty() && !line.starts_with('#')) {
      lines.push_back(line);
    }
  }
  return lines;
}

// Every `step`-th of the expressions. How many times systemd leaves out near changes of clocks.
int compare(const View& view, std::size_t step)
{
  int passed_over = 0;
  std::vector<std::string> some;
  const auto all = many_expressions();
  for (std::size_t i = 0; i < all.size(); i += step) some.push_back(all[i]);
  constexpr std::size_t batch = 200;
  for (std::size_t begin = 0; begin < some.size(); begin += batch) {
    const std::vector<std::string> now{
        some.begin() + static_cast<long>(begin),
        some.begin() + static_cast<long>(std::min(begin + batch, some.size()))};
    const auto theirs = their_times(now, view);
    REQUIRE(theirs.size() == now.size());
    for (std::size_t i = 0; i < now.size(); ++i) {
      const auto ours = our_times(now[i], view, theirs[i], &passed_over);
      if (ours == theirs[i]) continue;
      FAIL_CHECK(view.zone << " " << view.from << " " << now[i] << ": "
                           << (ours.empty() ? "never" : ours[0])
                           << ", systemd: " << (theirs[i].empty() ? "never" : theirs[i][0]));
    }
  }
  return passed_over;
}

}  // namespace

TEST_CASE("calendar events run when systemd runs them")
{
  if (has_systemd()) CHECK(compare({}, 1) == 0);
}

// The differences that asyncz-tasks(7) lists. The third is no rule but happens to systemd.
TEST_CASE("calendar events part from systemd at changes of clocks alone, and seldom there")
{
  if (!has_systemd()) return;
  int passed_over = 0;
  for (const auto& view : {
           View{"Europe/Berlin", "2027-03-27 22:10:00"},
           View{"Europe/Berlin", "2027-10-30 22:10:00"},
           View{"America/New_York", "2027-03-13 22:10:00"},
           View{"America/New_York", "2027-11-06 22:10:00"},
           View{"Australia/Lord_Howe", "2027-10-02 22:10:00"},
           View{"Australia/Lord_Howe", "2027-04-03 22:10:00"},
           View{"Pacific/Apia", "2011-12-29 20:10:00"},
       }) {
    passed_over += compare(view, 7);
  }
  MESSAGE(passed_over << " times near changes of clocks are left out by systemd");
  CHECK(passed_over < 50);
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
  int pairs = 0;
  for (const auto& line : lines_of_sections("kind=pair src=systemd/systemd:src/test", "form=")) {
    const auto arrow = line.find(" => ");
    if (arrow == std::string::npos) continue;
    CAPTURE(line);
    CHECK(our_times(line.substr(0, arrow)) == our_times(line.substr(arrow + 4)));
    ++pairs;
  }
  CHECK(pairs > 30);
}

TEST_CASE("systemd's own next times, zone and microsecond given")
{
  int times = 0;
  for (const auto& line : lines_of_sections("form=zone|after_usec|expr=>next_usec")) {
    CAPTURE(line);
    const auto arrow = line.find(" => ");
    const auto cells = split(std::string_view{line}.substr(0, arrow), '|');
    REQUIRE(cells.size() == 3);
    const auto name = trimmed(cells[0]);
    const auto zone = Zone::load(name == "NULL" ? "UTC" : name);
    REQUIRE(zone);
    auto trigger = calendar(std::string{trimmed(cells[2])});
    trigger.dst_gap = DstGap::skip;
    const auto expected = std::stoll(line.substr(arrow + 4));
    const auto schedule = compile(trigger, *zone, "id");
    if (schedule) {
      const auto next = (*schedule)->next(instant_of(std::stoll(std::string{cells[1]})));
      REQUIRE(next);
      CHECK((*next ? us_of(**next) : -1) == expected);
    } else {  // what no year has
      CHECK(expected == -1);
    }
    ++times;
  }
  CHECK(times == 12);
}

TEST_CASE("expressions of public timer units are taken, those that systemd refuses are not")
{
  const auto is_taken = [](const std::string& expression) {
    return static_cast<bool>(compile(calendar(expression), Zone{}, "id"));
  };
  const auto refused = lines_of_sections("dialect=systemd kind=expr src=systemd/systemd");
  const auto taken = lines_of_sections("dialect=systemd kind=expr src=public timer units");
  CHECK(refused.size() == 9);
  CHECK(taken.size() == 12);
  for (const auto& expression : refused) CHECK_MESSAGE(!is_taken(expression), expression);
  for (const auto& expression : taken) CHECK_MESSAGE(is_taken(expression), expression);
}
