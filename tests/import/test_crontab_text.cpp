// SPDX-License-Identifier: MIT
#include "import/crontab_text.hpp"

#include "import/crontab_task.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace asyncz;

namespace {

Task cron_task(const std::string& expression, const std::string& command)
{
  Task task;
  task.id = "a-task";
  task.trigger.kind = TriggerKind::cron;
  task.trigger.expression = expression;
  task.argv = {command};
  task.shell = true;
  return task;
}

std::vector<Task> imported(std::string_view text)
{
  const auto crontab = read_crontab(text, {false, [](std::string_view) { return false; }});
  std::vector<Task> tasks;
  for (auto& made : tasks_of(crontab, {"/etc/crontab", "me", {}}).tasks) tasks.push_back(made.task);
  return tasks;
}

// The crontab of these tasks.
std::string written(const std::vector<Task>& tasks)
{
  const auto settings = common_settings(tasks);
  auto text = settings_text(settings);
  for (const auto& task : tasks) text += crontab_text(task, settings, {.reveal = true}).lines;
  return text;
}

}  // namespace

TEST_CASE("a crontab that was imported and written means the same when it is imported again")
{
  const auto before = imported(
      "PATH=/bin:/usr/bin\nMAILTO=\"\"\n"
      "*/5 8-18 * jul mon-fri date +\\%F\n"
      "@reboot echo started\n"
      "0 22 * * * mail joe%Hello,%100\\% yours%\n");
  REQUIRE(before.size() == 3);
  const auto after = imported(written(before));
  REQUIRE(after.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(after[i].argv == before[i].argv);
    CHECK(after[i].stdin_data == before[i].stdin_data);
    CHECK(after[i].trigger == before[i].trigger);
    CHECK(after[i].timezone == before[i].timezone);
    auto env = after[i].env;
    env.erase("CRON_TZ");
    CHECK(env == before[i].env);
  }
}

TEST_CASE("mail goes where it went when a crontab is imported, written and imported again")
{
  const auto before =
      imported("@daily a\nMAILTO=me\n@daily b\nMAILTO='you,me'\n@daily c\nMAILTO=\n@daily d\n");
  REQUIRE(before.size() == 4);
  CHECK_FALSE(before[0].on_end);
  CHECK(before[1].on_end == mail_hook());
  CHECK_FALSE(before[3].on_end);
  const auto after = imported(written(before));
  REQUIRE(after.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(after[i].argv == before[i].argv);
    CHECK(after[i].on_end == before[i].on_end);
    if (before[i].on_end) CHECK(after[i].env.at("MAILTO") == before[i].env.at("MAILTO"));
  }
  const auto settings = common_settings({&before[1], 1});
  CHECK(crontab_text(before[1], settings, {.reveal = true}).lost.empty());
}

TEST_CASE("a variable that only some tasks have is set in their commands")
{
  auto task = cron_task("@daily", "x");
  task.env = {{"A", "it's"}};
  const auto text = crontab_text(task, {}, {.reveal = true});
  CHECK(text.lines.find("@daily export A='it'\\''s'; x\n") != std::string::npos);
  CHECK(text.lost.empty());
}

TEST_CASE("secrets stay away unless they are asked for")
{
  auto task = cron_task("@daily", "x");
  task.env = {{"TOKEN", "secret"}};
  task.stdin_data = "secret";
  const auto text = crontab_text(task, {}, {.reveal = false});
  CHECK(text.lines.find("secret") == std::string::npos);
  CHECK(text.lost ==
        std::vector<std::string>{"env (--reveal keeps it)", "stdin (--reveal keeps it)"});
}

TEST_CASE("what a crontab cannot say is named")
{
  for (const auto* const expression : {"0 0 L * *", "H 4 * * *", "0 0 * * 5#3", "5/15 * * * *",
                                       "0 0 0 * * *", "day=\"last sun\" hour=3", "0 0 15W * *"}) {
    CAPTURE(expression);
    CHECK(crontab_text(cron_task(expression, "x"), {}, {.reveal = true}).lines.empty());
  }
  for (const auto* const expression : {"0 0 * JUL Thu-sat,Wed", "~ 3 * * *", "*/5 1-9/2 1,2 * 7"}) {
    CAPTURE(expression);
    CHECK_FALSE(crontab_text(cron_task(expression, "x"), {}, {.reveal = true}).lines.empty());
  }
  Task every;
  every.trigger.kind = TriggerKind::interval;
  every.argv = {"x"};
  CHECK(crontab_text(every, {}, {.reveal = true}).lost.size() == 1);

  auto task = cron_task("@daily", "x");
  task.retries = 3;
  task.priority = 1;
  CHECK(crontab_text(task, {}, {.reveal = true}).lost ==
        std::vector<std::string>{"priority", "retries"});
}
