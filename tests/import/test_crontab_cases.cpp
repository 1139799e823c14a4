// SPDX-License-Identifier: MIT
// Real crontabs of several crons (tests/data/crontabs.txt, whose head explains its form).
#include "base/text.hpp"
#include "crontab_matcher.hpp"
#include "import/crontab_task.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace asyncz;
using asyncz::tests::CrontabMatcher;

namespace {

struct Section {
  std::string dialect;
  std::string kind;
  std::string expect;
  int line = 0;  // of its first line in the collection
  std::string text;

  [[nodiscard]] bool user_column() const
  {
    return kind == "system" || dialect.ends_with("-system") || dialect == "systemd-cron";
  }
};

// The word behind `key=` in a section's head.
std::string fact(std::string_view head, std::string_view key)
{
  for (const auto word : split(head, ' ')) {
    if (word.starts_with(key)) return std::string{word.substr(key.size())};
  }
  return "";
}

bool is_crontab(const Section& section)
{
  constexpr std::array dialects{"vixie", "bsd", "busybox", "dcron", "systemd-cron"};
  constexpr std::array kinds{"user", "system", "file"};
  return std::ranges::any_of(dialects, [&](auto* it) { return section.dialect.starts_with(it); }) &&
         std::ranges::any_of(kinds, [&](auto* it) { return section.kind == it; });
}

std::vector<Section> sections()
{
  const char* const data = std::getenv("ASYNCZ_TEST_DATA");
  REQUIRE(data != nullptr);
  std::ifstream file{std::string{data} + "/crontabs.txt"};
  REQUIRE(file);
  std::vector<Section> all;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    if (text.starts_with("#@ ")) {
      all.push_back(
          {fact(text, "dialect="), fact(text, "kind="), fact(text, "expect="), line + 1, ""});
    } else if (!all.empty()) {
      all.back().text += text + "\n";
    }
  }
  std::erase_if(all, [](const Section& section) { return !is_crontab(section); });
  return all;
}

bool is_user(std::string_view name)
{
  constexpr std::array known{"root", "nobody", "mail", "postgres", "alterncpanel", "minecraft"};
  return std::ranges::any_of(known, [&](auto* it) { return name == it; });
}

struct Reading {
  Crontab crontab;
  CrontabTasks made;
};

Reading read(const Section& section, const std::string& timezone = "Europe/Berlin")
{
  CrontabSource source{"/etc/crontab", "root", {}};
  source.base.timezone = timezone;
  auto crontab = read_crontab(section.text, {section.user_column(), is_user});
  auto made = tasks_of(crontab, source);
  return {std::move(crontab), std::move(made)};
}

bool is_setting(std::string_view line)
{
  const auto name = trimmed(line.substr(0, line.find('=')));
  return line.find('=') != std::string_view::npos &&
         name.find_first_of(" \t*@") == std::string_view::npos;
}

// What is left of a line behind `count` words.
std::string_view behind_words(std::string_view line, int count)
{
  line = trimmed(line);
  for (int i = 0; i < count; ++i) {
    line.remove_prefix(std::min(line.find_first_of(" \t"), line.size()));
    line = trimmed(line);
  }
  return line;
}

// asyncz refuses what these crons accept and then never run, or misread.
const std::map<std::string, std::string> stricter{
    {"*/60 * * * * /usr/bin/script.sh", "every minute in one cron, hourly in the others"},
    {"0 0 31 2 * /bin/true", "there is no such day"},
    {"0 19-7 * * 1-5 /usr/lib/sa/sa1", "never in cronie, over midnight in busybox"},
};

}  // namespace

TEST_CASE("every line of a crontab becomes a task or is named")
{
  std::size_t tasks = 0;
  for (const auto& section : sections()) {
    const auto [crontab, made] = read(section);
    std::set<int> named;
    for (const auto& problem : made.problems) CHECK(named.insert(problem.line).second);
    for (const auto& task : made.tasks) CHECK(named.insert(task.line).second);
    int number = 0;
    for (const auto line : split(section.text, '\n')) {
      ++number;
      const auto text = trimmed(line);
      const bool runs = !text.empty() && text.front() != '#' && !is_setting(text);
      CAPTURE(section.line + number - 1);
      CAPTURE(text);
      CHECK(named.contains(number) == runs);
    }
    tasks += made.tasks.size();
  }
  CHECK(tasks > 250);
}

TEST_CASE("no command is changed on its way from a crontab into a task")
{
  for (const auto& section : sections()) {
    const auto [crontab, made] = read(section);
    const auto lines = split(section.text, '\n');
    for (const auto& imported : made.tasks) {
      const auto& task = imported.task;
      const auto line = lines.at(static_cast<std::size_t>(imported.line) - 1);
      const auto schedule = trimmed(line).find('@') <= 1 ? 1 : 5;
      auto command = std::string{behind_words(line, schedule + (section.user_column() ? 1 : 0))};
      if (command.starts_with("-n -q ")) command.erase(0, 6);
      const bool bare_percent = !task.stdin_data.empty() || command.ends_with('%') ||
                                command.find(" % ") != std::string::npos;
      for (auto at = command.find("\\%"); at != std::string::npos; at = command.find("\\%", at)) {
        command.erase(at, 1);
      }
      CAPTURE(section.line + imported.line - 1);
      if (bare_percent) {
        CHECK(command.starts_with(task.argv.back() + "%"));
      } else if (task.argv.back() != command) {
        // What follows a bare percent sign is input, and the writer is told.
        CHECK(command.starts_with(task.argv.back() + "%"));
        CHECK(imported.warnings.size() > 0);
      }
    }
  }
}

TEST_CASE("what is expected of broken and of doubtful lines holds")
{
  for (const auto& section : sections()) {
    const auto [crontab, made] = read(section);
    for (const auto& imported : made.tasks) {
      CAPTURE(section.line + imported.line - 1);
      CHECK(section.expect != "error");
      if (section.expect == "warn" && section.kind != "file")
        CHECK_FALSE(imported.warnings.empty());
    }
    for (const auto& problem : made.problems) {
      const auto line =
          std::string{split(section.text, '\n').at(static_cast<std::size_t>(problem.line) - 1)};
      CAPTURE(section.line + problem.line - 1);
      CAPTURE(problem.error.what);
      CHECK_FALSE(problem.error.what.empty());
      if (section.expect == "warn") CHECK(stricter.contains(line));
    }
    if (section.expect == "warn" || section.expect == "mixed") {
      const bool warned =
          std::ranges::any_of(made.tasks, [](auto& it) { return !it.warnings.empty(); });
      CAPTURE(section.line);
      CHECK((warned || !crontab.warnings.empty()));
    }
  }
}

TEST_CASE("importing twice gives the same ids, and each only once")
{
  for (const auto& section : sections()) {
    const auto once = read(section).made;
    Section later = section;
    later.text = "# something new\n@daily another line\n" + section.text;
    const auto twice = read(later).made;
    const auto refused =
        std::ranges::count_if(read(section).crontab.entries, [&](const CrontabEntry& entry) {
          return std::ranges::any_of(once.problems,
                                     [&](auto& it) { return it.line == entry.line; });
        });
    CHECK(once.ids.size() == once.tasks.size() + static_cast<std::size_t>(refused));
    for (const auto& made : once.tasks) {
      const auto same =
          std::ranges::find(twice.tasks, made.task.id, [](auto& it) { return it.task.id; });
      REQUIRE(same != twice.tasks.end());
      CHECK(same->line == made.line + 2);
      CHECK(same->task.argv == made.task.argv);
    }
  }
}

namespace {

// Compares computed times with those that a minute-by-minute search finds between two local times.
void compare_times(const Task& task, std::chrono::local_days from, std::chrono::local_days end,
                   std::chrono::hours offset)
{
  const auto zone = Zone::load(task.timezone);
  REQUIRE(zone);
  const auto schedule = compile(task.trigger, *zone, task.id);
  REQUIRE(schedule);
  CAPTURE(task.trigger.expression);
  CAPTURE(task.timezone);
  auto after = Instant{from.time_since_epoch() - offset} - Duration{1};
  for (const auto minute : CrontabMatcher{task.trigger.expression}.first(10, from, end)) {
    const auto next = (*schedule)->next(after);
    REQUIRE(next);
    REQUIRE(*next);
    REQUIRE(**next == Instant{minute.time_since_epoch() - offset});
    after = **next;
  }
}

}  // namespace

TEST_CASE("the next ten times of imported lines are those that crontab(5) says")
{
  using namespace std::chrono;
  std::set<std::string> seen;
  for (const auto& section : sections()) {
    for (const auto& made : read(section, "UTC").made.tasks) {
      Task task = made.task;
      const auto& expression = task.trigger.expression;
      const bool chosen_by_id = expression.find('~') != std::string::npos;
      const bool beyond =
          expression.find(" L ") != std::string::npos || expression == "* * * * * *";
      if (task.trigger.kind != TriggerKind::cron || chosen_by_id || beyond) continue;
      if (!seen.insert(expression).second) continue;
      task.timezone = "UTC";
      compare_times(task, local_days{2027y / 3 / 1}, local_days{2028y / 3 / 2}, hours{0});
      task.timezone = "Europe/Berlin";
      compare_times(task, local_days{2027y / 4 / 1}, local_days{2027y / 10 / 1}, hours{2});
    }
  }
  CHECK(seen.size() > 100);
}
