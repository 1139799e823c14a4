// SPDX-License-Identifier: MIT
#include "import/crontab.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace asyncz;

namespace {

bool is_user(std::string_view name) { return name == "root" || name == "mail" || name == "nobody"; }

Crontab user_crontab(std::string_view text) { return read_crontab(text, {false, is_user}); }
Crontab system_crontab(std::string_view text) { return read_crontab(text, {true, is_user}); }

CrontabEntry only_entry(const Crontab& crontab)
{
  for (const auto& problem : crontab.problems) MESSAGE(problem.error.what);
  REQUIRE(crontab.problems.empty());
  REQUIRE(crontab.entries.size() == 1);
  return crontab.entries[0];
}

std::string only_problem(const Crontab& crontab)
{
  CHECK(crontab.entries.empty());
  REQUIRE(crontab.problems.size() == 1);
  return crontab.problems[0].error.what;
}

bool mentions(const std::vector<std::string>& warnings, std::string_view part)
{
  return std::any_of(warnings.begin(), warnings.end(), [&](const std::string& warning) {
    return warning.find(part) != std::string::npos;
  });
}

std::string value_of(std::string_view setting, const std::string& name)
{
  const auto entry = only_entry(user_crontab(std::string{setting} + "\n@daily x\n"));
  const auto found = entry.env.find(name);
  return found == entry.env.end() ? "(none)" : found->second;
}

}  // namespace

TEST_CASE("an entry keeps its line, its schedule and its command as they were written")
{
  const auto entry =
      only_entry(user_crontab("# comment\n\n 5,35\t4  1-7/2 * Mon-FRI  echo  a  b \n"));
  CHECK(entry.line == 3);
  CHECK(entry.text == "5,35\t4  1-7/2 * Mon-FRI  echo  a  b");
  CHECK(entry.schedule == "5,35 4 1-7/2 * Mon-FRI");
  CHECK(entry.command == "echo  a  b ");
  CHECK(entry.stdin_data.empty());
  CHECK(entry.warnings.empty());
}

TEST_CASE("CRLF, a byte order mark and a missing last newline are accepted")
{
  const auto crontab = user_crontab(
      "\xEF\xBB\xBF"
      "A=1\r\n@daily first\r\n@hourly second");
  REQUIRE(crontab.entries.size() == 2);
  CHECK(crontab.entries[0].command == "first");
  CHECK(crontab.entries[0].env.at("A") == "1");
  CHECK(crontab.entries[1].command == "second");
  CHECK(crontab.warnings.size() == 1);
}

TEST_CASE("settings are read as cronie reads them")
{
  CHECK(value_of("A=b", "A") == "b");
  CHECK(value_of("A = b c  ", "A") == "b c");
  CHECK(value_of("A=\"  b \" ", "A") == "  b ");
  CHECK(value_of("A='b\"c'", "A") == "b\"c");
  CHECK(value_of("\"A\" = b", "A") == "b");
  CHECK(value_of("A=", "A").empty());
  CHECK(value_of("A=\"\"", "A").empty());
  CHECK(value_of("A=b#c", "A") == "b#c");
  CHECK(value_of("A=$HOME/bin", "A") == "$HOME/bin");
  CHECK(value_of("A=b\nA=c", "A") == "c");
  CHECK(value_of("LOGNAME=x", "LOGNAME") == "(none)");
}

TEST_CASE("a setting holds from its line on")
{
  const auto crontab =
      user_crontab("@daily a\nCRON_TZ=Europe/Berlin\n@daily b\nCRON_TZ=\n@daily c\n");
  REQUIRE(crontab.entries.size() == 3);
  CHECK(crontab.entries[0].env.empty());
  CHECK(crontab.entries[1].env.at("CRON_TZ") == "Europe/Berlin");
  CHECK(crontab.entries[2].env.at("CRON_TZ").empty());
}

TEST_CASE("a setting that was meant to do more is named")
{
  for (const auto* const text : {"PATH=$PATH:/opt/bin", "A=b # comment", "START_HOURS_RANGE=3-22",
                                 "PERSISTENT=false", "TZ=Europe/Berlin", "USER=you",
                                 "RANDOM_DELAY=-5", "RANDOM_DELAY=1441", "RANDOM_DELAY=1h"}) {
    CAPTURE(text);
    CHECK(user_crontab(text).warnings.size() == 1);
  }
  CHECK(user_crontab("MAILTO=me\nPERSISTENT=true\nA='$5 # x'\nSHELL=/bin/sh\n").warnings.empty());
  CHECK(user_crontab("RANDOM_DELAY=0\nRANDOM_DELAY=1440\nRANDOM_DELAY=\n").warnings.empty());
}

TEST_CASE("text after a closing quote makes a line neither setting nor entry")
{
  CHECK(only_problem(user_crontab("PATH=\"/bin\":/usr/bin")).starts_with("neither a setting"));
  CHECK(only_problem(user_crontab("PATH /usr/bin")).starts_with("neither a setting"));
}

TEST_CASE("a percent sign ends the command, further ones are newlines of its input")
{
  auto entry = only_entry(user_crontab("0 22 * * 1-5 mail -s \"It's 10pm\" joe%Joe,%%Where?%"));
  CHECK(entry.command == "mail -s \"It's 10pm\" joe");
  CHECK(entry.stdin_data == "Joe,\n\nWhere?\n");
  CHECK(mentions(entry.warnings, "'%' ends the command"));

  entry = only_entry(user_crontab("@daily cat%a\\%b\\c"));
  CHECK(entry.stdin_data == "a%b\\c\n");
}

TEST_CASE("an escaped percent sign is a percent sign, other backslashes stay")
{
  const auto entry = only_entry(user_crontab("@daily date +\\%F\\n \\\\x"));
  CHECK(entry.command == "date +%F\\n \\\\x");
  CHECK(entry.stdin_data.empty());
  CHECK(entry.warnings.empty());

  const auto two = only_entry(user_crontab("@daily echo \\\\%in"));
  CHECK(two.command == "echo \\\\");
  CHECK(two.stdin_data == "in\n");
}

TEST_CASE("a system crontab has a user before the command")
{
  auto entry = only_entry(system_crontab("17 * * * *\troot    cd / && run-parts /etc/cron.hourly"));
  CHECK(entry.user == "root");
  CHECK(entry.command == "cd / && run-parts /etc/cron.hourly");

  entry = only_entry(system_crontab("@reboot nobdy x"));
  CHECK(entry.schedule == "@reboot");
  CHECK(mentions(entry.warnings, "no user 'nobdy'"));

  CHECK(only_problem(system_crontab("0 2 * * * /usr/bin/backup.sh")).find("no user name") !=
        std::string::npos);
  CHECK(only_problem(system_crontab("@reboot root")) == "there is no command");
}

TEST_CASE("a user column in a user's crontab is named, a command called like a user is not")
{
  CHECK(mentions(only_entry(user_crontab("0 2 * * * root /usr/bin/x")).warnings, "--system"));
  CHECK(only_entry(user_crontab("0 2 * * * mail -s x y")).warnings.empty());
  CHECK(mentions(only_entry(user_crontab("0 0 12 * * * x")).warnings, "five fields"));
}

TEST_CASE("a line is not continued")
{
  const auto crontab = user_crontab("15 3 * * * a \\\n   && b\n");
  CHECK(crontab.entries.empty());
  REQUIRE(crontab.problems.size() == 2);
  CHECK(crontab.problems[0].error.what.find("not continued") != std::string::npos);
  CHECK(crontab.problems[1].line == 2);
}

TEST_CASE("what other crons have is carried over where it means the same")
{
  CHECK(only_entry(user_crontab("-*/15 * * * * x")).schedule == "*/15 * * * *");
  CHECK(only_entry(user_crontab("@every_minute x")).schedule == "* * * * *");
  CHECK(only_entry(user_crontab("@every_second x")).schedule == "* * * * * *");
  CHECK(only_entry(user_crontab("0 0 $ * * x")).schedule == "0 0 L * *");
  CHECK(only_entry(user_crontab("*/5 * * * * -n -q x -n")).command == "x -n");
  CHECK(mentions(only_entry(user_crontab("@hourly ID=job1 date")).warnings, "'ID='"));
}

TEST_CASE("what has no counterpart is refused by name")
{
  CHECK(only_problem(user_crontab("@60 x")).find("'@60'") != std::string::npos);
  CHECK(only_problem(user_crontab("@noauto ID=a x")).find("@noauto") != std::string::npos);
  CHECK(only_problem(user_crontab("* 2-4 * * * ID=job2 FREQ=1d date")).find("FREQ=") !=
        std::string::npos);
  CHECK(only_problem(user_crontab("* * * * * FREQ=1h/10m date")).find("FREQ=") !=
        std::string::npos);
  CHECK(only_problem(user_crontab("* * * * * ID=a AFTER=b/1h date")).find("AFTER=") !=
        std::string::npos);
  CHECK(only_entry(user_crontab("@daily FREQ=5 x")).command == "FREQ=5 x");
  CHECK(only_problem(user_crontab("@Reboot x")).find("'@Reboot'") != std::string::npos);
  CHECK(user_crontab("@Reboot x").problems[0].error.hint.find("@reboot") != std::string::npos);
  CHECK(only_problem(user_crontab("0 2 * * *")).find("no command") != std::string::npos);
  CHECK(only_problem(user_crontab(std::string_view{"@daily a\0b", 10})).find("NUL") !=
        std::string::npos);
}

TEST_CASE("a file larger than any crontab is read to its end in bounded memory")
{
  std::string text;
  for (int i = 0; i < 1100; ++i) text += "A" + std::to_string(i) + "=1\n";
  for (int i = 0; i < 10100; ++i) text += "@daily x\n";
  const auto crontab = user_crontab(text);
  CHECK(crontab.entries.size() == 10000);
  CHECK(crontab.entries[0].env.size() == 1000);
  CHECK(crontab.problems.size() == 200);
}
