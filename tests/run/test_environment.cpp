// SPDX-License-Identifier: MIT
#include "run/environment.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace asyncz;

namespace {

Task task_of(std::optional<std::string> user = {})
{
  Task task;
  task.id = "task";
  task.argv = {"true"};
  task.user = std::move(user);
  task.env = {{"MINE", "1"}};
  return task;
}

Environment environment_for(const Task& task, const Host& host)
{
  return environment_of(task, {"task.1", 1, {}}, host, {"me", "/home/me"});
}

}  // namespace

TEST_CASE("a child gets the worker's environment, but none of its settings")
{
  ::setenv("ASYNCZ_STORE", "redis://user:secret@host", 1);
  ::setenv("ASYNCZ_CONFIG", "/etc/secret.toml", 1);
  ::setenv("ASYNCZ_STORE_ENCRYPTION_KEY", "secret", 1);
  ::setenv("OTHER", "2", 1);
  const auto host = this_host();
  for (const auto* name : {"ASYNCZ_STORE", "ASYNCZ_CONFIG", "ASYNCZ_STORE_ENCRYPTION_KEY"}) {
    ::unsetenv(name);
  }
  const auto env = environment_for(task_of(), host);
  CHECK(env.at("OTHER") == "2");
  CHECK(env.at("MINE") == "1");
  CHECK(env.at("ASYNCZ_TASK_ID") == "task");
  for (const auto& [name, value] : env) CHECK(value.find("secret") == std::string::npos);
  CHECK_FALSE(env.contains("ASYNCZ_STORE"));
}

TEST_CASE("a child is not told which service its worker is")
{
  for (const auto* name : {"NOTIFY_SOCKET", "LISTEN_FDS", "RUNTIME_DIRECTORY", "JOURNAL_STREAM",
                           "SYSTEMD_EXEC_PID", "MONITOR_UNIT"}) {
    ::setenv(name, "the worker's", 1);
    const auto env = environment_for(task_of(), this_host());
    ::unsetenv(name);
    CHECK_FALSE_MESSAGE(env.contains(name), name);
  }
  ::setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
  const auto env = environment_for(task_of(), this_host());
  ::unsetenv("XDG_RUNTIME_DIR");
  CHECK(env.at("XDG_RUNTIME_DIR") == "/run/user/1");
}

TEST_CASE("another user's child gets nothing of the worker's environment but its language and zone")
{
  Host host;
  host.identity = {"root", "/root"};
  host.environment = {{"HOME", "/root"}, {"PATH", "/root/bin"}, {"AWS_SECRET", "x"},
                      {"LANG", "C"},     {"LC_TIME", "de_DE"},  {"TZ", "UTC"}};
  auto env = environment_for(task_of("me"), host);
  std::erase_if(env, [](const auto& pair) { return pair.first.starts_with("ASYNCZ_"); });
  CHECK(env == Environment{{"HOME", "/home/me"},
                           {"LANG", "C"},
                           {"LC_TIME", "de_DE"},
                           {"LOGNAME", "me"},
                           {"MINE", "1"},
                           {"PATH", "/usr/bin:/bin"},
                           {"SHELL", "/bin/sh"},
                           {"TZ", "UTC"},
                           {"USER", "me"}});
  CHECK(environment_for(task_of("root"), host).at("AWS_SECRET") == "x");
}
