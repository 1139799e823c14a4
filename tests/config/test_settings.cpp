// SPDX-License-Identifier: MIT
#include "config/settings_file.hpp"

#include <doctest/doctest.h>

#include <string>

namespace asyncz {
namespace {

Status read(Settings& settings, std::string_view text)
{
  const auto file = parse_toml(text, "c.toml");
  REQUIRE(file);
  return read_settings_file(settings, *file);
}

std::string problem(std::string_view text)
{
  Settings settings;
  const Status done = read(settings, text);
  return done ? "" : done.error().what + " / " + done.error().hint;
}

TEST_CASE("every key is read and remembers its file")
{
  Settings settings;
  REQUIRE(read(settings, R"(
store = "a"
[stores.a]
url = "file:///a"
[stores.b]
type = "file"
directory = "/b"
cleanup_directory = true
[defaults]
retries = 3
[worker]
concurrency = 8
queues = ["default", "mail:2"]
name = "w"
shutdown_timeout = "1m"
lease = "20s"
show_output = true
log_format = "json"
[encryption]
enabled = false
key_file = "/k"
[history]
keep_runs = 0
keep_age = "30d"
keep_bytes = 5
)"));
  CHECK(settings.store == "a");
  CHECK(settings.stores.at("a").url == "file:///a");
  CHECK(settings.stores.at("b").parameters.at("directory") == Value{"/b"});
  CHECK(settings.defaults == ValueMap{{"retries", 3}});
  CHECK(settings.worker.queues.size() == 2);
  CHECK(settings.worker.shutdown_timeout == std::chrono::minutes{1});
  CHECK_FALSE(settings.encryption.enabled);
  CHECK(settings.encryption.enabled_was_written);
  CHECK(settings.history.keep_age == std::chrono::days{30});
  CHECK(settings.origins.at("worker.lease") == "c.toml");
}

TEST_CASE("a later file changes only what it names")
{
  Settings settings;
  REQUIRE(read(settings, "[defaults]\nretries = 3\nqueue = \"a\"\n[worker]\nconcurrency = 2\n"));
  REQUIRE(read(settings, "[defaults]\nretries = 4\n[worker]\nlease = \"9s\"\n"));
  CHECK(settings.defaults == ValueMap{{"retries", 4}, {"queue", "a"}});
  CHECK(settings.worker.concurrency == 2);
}

TEST_CASE("complaints name file, line, key and the nearest known one")
{
  CHECK(problem("stroe = 1") == "c.toml:1: unknown key stroe / did you mean store?");
  CHECK(problem("\n[worker]\nleese = \"1s\"") ==
        "c.toml:3: unknown key worker.leese / did you mean worker.lease?");
  CHECK(problem("[wroker]\nlease = \"1s\"") ==
        "c.toml:1: unknown key wroker / did you mean worker?");
  CHECK(problem("worker = 1") == "c.toml:1: worker is a table / ");
  CHECK(problem("[worker]\nconcurrency = -1").starts_with("c.toml:2: worker.concurrency: "));
  CHECK(problem("[stores.a]\nurl = \"x:\"\ntype = \"file\"")
            .starts_with("c.toml:1: stores.a: either url or type"));
  CHECK(
      problem("[defaults]\ntrigger = \"x\"").starts_with("c.toml:2: trigger can have no default"));
  CHECK(problem("[defaults]\nretries = \"x\"").starts_with("c.toml:2: retries: "));
}

}  // namespace
}  // namespace asyncz
