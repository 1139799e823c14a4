// SPDX-License-Identifier: MIT
#include "import/systemd_command.hpp"
#include "import/systemd_timer.hpp"
#include "import/systemd_unit.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace asyncz;
using namespace std::chrono_literals;

namespace {

Unit read(std::string_view text)
{
  Unit unit;
  read_unit(unit, text, "f");
  return unit;
}

// What ExecStart comes to; several lines are several settings.
std::optional<UnitCommand> command(std::string_view lines)
{
  const UnitNames names{.unit = "a-b@c\\x2dd-e.service", .user = "me", .home = "/home/me"};
  std::vector<UnitRemark> problems;
  return command_of(read("[Service]\nType=oneshot\n" + std::string{lines}), names, problems);
}

std::vector<std::string> words(std::string_view line)
{
  const auto found = command("ExecStart=/x " + std::string{line});
  REQUIRE(found);
  REQUIRE_FALSE(found->shell);
  return {found->argv.begin() + 1, found->argv.end()};
}

std::string shell(std::string_view lines)
{
  const auto found = command(lines);
  REQUIRE(found);
  REQUIRE(found->shell);
  return found->argv[0];
}

}  // namespace

TEST_CASE("settings have the place of their first line, and an empty one takes all back")
{
  const auto unit = read("# a\n; b\n[S]\nA = 1 \\\n# between\n  2\nB=x\nB=\nB=y\nB=z\n");
  REQUIRE(unit.settings.size() == 5);
  CHECK(unit.settings[0].value == "1    2");
  CHECK(unit.settings[0].place == "f:4");
  CHECK(settings_of(unit, "S", "B").size() == 2);
  CHECK(setting_of(unit, "S", "B")->value == "z");
  CHECK(setting_of(unit, "S", "C") == nullptr);
  CHECK(read("A=1\n").problems.size() == 1);
  CHECK(read("[S\n[T]\nwhat\n").problems.size() == 2);
}

TEST_CASE("words are those of systemd")
{
  using Words = std::vector<std::string>;
  CHECK(words(R"(a "b c" d'e f'g)") == Words{"a", "b c", "de fg"});
  CHECK(words(R"("" '' \s \x41\102 "a\tb" 'a\'b')") == Words{"", "", " ", "AB", "a\tb", "a'b"});
  CHECK(words(R"(";" \; a;b)") == Words{";", ";", "a;b"});
  CHECK(words("%% %n %p %i %I %u %h") ==
        Words{"%", "a-b@c\\x2dd-e.service", "a-b", "c\\x2dd-e", "c-d/e", "me", "/home/me"});
  for (const auto* const bad : {"'a", "\"", "\\q", "\\x4", "%b", "%", "\\x00"}) {
    CAPTURE(bad);
    CHECK_FALSE(command("ExecStart=/x " + std::string{bad}));
  }
}

TEST_CASE("what is more than one plain command is written for the shell")
{
  CHECK(shell("ExecStart=/a ; /b c") == "/a && /b c");
  CHECK(shell("ExecStartPre=/p\nExecStart=-/a b\nExecStartPost=/q") ==
        "/p && { /a b || :; } && /q");
  CHECK(shell("ExecStart=-/a") == "/a || :");
  CHECK(shell("ExecStart=/a $B ${C}d $$ e$F") == "set -f; exec /a $B \"${C}\"d '$' e'$'F");
  CHECK(command("ExecStart=:/a $B")->argv == std::vector<std::string>{"/a", "$B"});
}

TEST_CASE("a command that cannot be the same here is none")
{
  for (const auto* const bad :
       {"", "ExecStart=+/a", "ExecStart=!/a", "ExecStart=@/a b", "ExecStart=/a\nExecCondition=/b",
        "ExecStart=/a\nType=forking", "ExecStart=/a\nExecStart=/b\nType=simple",
        "ExecStart=/a ${B:-c}", "ExecStart=/a ${", "ExecStart=-"}) {
    CAPTURE(bad);
    CHECK_FALSE(command(bad));
  }
}

TEST_CASE("time spans are those of systemd")
{
  CHECK(*unit_time_span("90") == 90s);
  CHECK(*unit_time_span("1h 30min") == 90min);
  CHECK(*unit_time_span("2 h") == 2h);
  CHECK(*unit_time_span("1.5d") == 36h);
  CHECK(*unit_time_span("300ms20s 5day") == 120h + 20s + 300ms);
  CHECK(*unit_time_span("1M") > 30 * 24h);
  CHECK(*unit_time_span("2weeks") == 14 * 24h);
  for (const auto* const bad : {"", "x", "5parsecs", "-1", "infinity", "1h 2", "1e400s"}) {
    CAPTURE(bad);
    const bool two_numbers = std::string_view{bad} == "1h 2";
    CHECK(static_cast<bool>(unit_time_span(bad)) == two_numbers);
  }
}

TEST_CASE("a timer's keys are a trigger")
{
  constexpr Instant now{1'800'000'000s};
  const auto timer = [&](const char* keys, std::size_t problems = 0) {
    Task task;
    std::vector<UnitRemark> found;
    std::vector<UnitRemark> warnings;
    set_timer(task, read("[Timer]\n" + std::string{keys}), now, found, warnings);
    CHECK(found.size() == problems);
    return task;
  };
  CHECK(timer("OnCalendar=daily").trigger.expression == "daily");
  CHECK(timer("OnCalendar=daily\nOnCalendar=weekly").trigger.children.size() == 2);
  CHECK(timer("OnCalendar=daily\nOnCalendar=\nOnCalendar=weekly").trigger.expression == "weekly");
  CHECK(timer("OnBootSec=0").trigger.kind == TriggerKind::boot);
  CHECK(timer("OnActiveSec=1h").trigger.at == now + 1h);
  const auto every = timer("OnBootSec=5min\nOnUnitActiveSec=1h").trigger;
  CHECK(every.every == 1h);
  CHECK(every.start == now + 5min);
  CHECK(timer("OnCalendar=daily\nRandomizedDelaySec=1h").jitter == 1h);
  CHECK(timer("OnCalendar=daily").misfire_grace_time == 1min);
  CHECK(timer("OnCalendar=daily\nAccuracySec=1h").misfire_grace_time == 1h);
  CHECK_FALSE(timer("OnCalendar=daily\nPersistent=true").misfire_grace_time);
  CHECK_FALSE(timer("OnUnitActiveSec=1h").misfire_grace_time);
  timer("", 1);
  timer("OnBootSec=5min", 1);
  timer("OnUnitInactiveSec=5min", 1);
  timer("OnUnitActiveSec=0", 1);
  timer("OnUnitActiveSec=soon", 1);
  timer("OnCalendar=daily\nOnBootSec=0", 1);
  timer("OnCalendar=daily\nPersistent=perhaps", 1);
}
