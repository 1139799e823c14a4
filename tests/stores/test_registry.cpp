// SPDX-License-Identifier: MIT
#include "stores/registry.hpp"
#include "stores/url.hpp"

#include "fakes/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace asyncz;
using namespace asyncz::stores;

TEST_CASE("a URL is taken apart and decoded")
{
  const auto url = parse_url("Redis://user:p%40ss@host:6379/1%20x?tasks_key=a%26b&c=");
  REQUIRE(url);
  CHECK(url->scheme == "redis");
  CHECK(url->authority == "user:p%40ss@host:6379");
  CHECK(url->path == "/1 x");
  CHECK(url->parameters == std::map<std::string, std::string>{{"tasks_key", "a&b"}, {"c", ""}});
}

TEST_CASE("an absolute path is a file store, taken as it is")
{
  const auto url = parse_url("/var/lib/100%/a?b");
  REQUIRE(url);
  CHECK(url->scheme == "file");
  CHECK(url->path == "/var/lib/100%/a?b");
}

TEST_CASE("what is no URL is refused without showing a password")
{
  for (const auto* text : {"", "tasks", "./tasks", ":x", "1a:b", "file:///a%2", "file:///a%00b",
                           "file:///a%zz", "redis://u:secret@h/?x"}) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE_FALSE(url);
    CHECK(url.error().kind == ErrorKind::usage);
    CHECK(url.error().what.find("secret") == std::string::npos);
  }
}

TEST_CASE("a URL is shown without its secrets")
{
  const std::vector<std::pair<std::string, std::string>> shown{
      {"file:///a?mode=0700", "file:///a?mode=0700"},
      {"redis://user:s3@cret@host:1/0?tasks_key=jobs", "redis://user:***@host:1/0?tasks_key=jobs"},
      {"redis://:s3cret@host", "redis://:***@host"},
      {"redis://user:s3c?ret@host/0?timeout=1s", "redis://user:***@host/0?timeout=1s"},
      {"redis://host/0?password_file=/etc/p", "redis://host/0?password_file=/etc/p"},
      {"postgresql://h/d?user=me&password=s3cret&sslmode=require",
       "postgresql://h/d?user=me&password=***&sslmode=require"},
      {"postgresql:///d?sslpassword=s3cret&passfile=/p",
       "postgresql:///d?sslpassword=***&passfile=/p"},
      {"postgresql://h/d?pass%77ord=s3cret", "postgresql://h/d?pass%77ord=***"},
      {"postgresql://h/d?p%zz=s3cret", "postgresql://h/d?p%zz=***"},
      {"mongodb://h/d?tlsCertificateKeyFilePassword=s3cret",
       "mongodb://h/d?tlsCertificateKeyFilePassword=***"},
      {"redis:user:s3cret@host", "redis:user:***@host"},
      {"postgresql:/user:s3/cret@host/d", "postgresql:/user:***@host/d"},
      {"redis:s3cret@host", "redis:***@host"},
      {"redis://user@host:1/0", "redis://user@host:1/0"},
      {"own:/a/path@home", "own:/a/path@home"},
      {"/a/b:c@home", "/a/b:c@home"},
      {"mysql://h/d?password=x&s3cret", "mysql://h/d?password=***&***"},
      {"own:place?API_TOKEN=s3cret&pwd=s3cret&access-key=s3cret",
       "own:place?API_TOKEN=***&pwd=***&access-key=***"},
  };
  for (const auto& [url, expected] : shown) CHECK(without_secrets(url) == expected);
}

TEST_CASE("a mistyped kind of store is told the nearest one")
{
  const auto kind = kind_of("memroy:");
  REQUIRE_FALSE(kind);
  CHECK(kind.error().kind == ErrorKind::usage);
  CHECK(kind.error().hint.find("memory:") != std::string::npos);
  CHECK((*kind_of("memory:"))->scheme == "memory");
}

TEST_CASE("a memory store opens empty and takes no parameters")
{
  const auto store = open_store({.url = "memory:"});
  REQUIRE(store);
  CHECK(*(*store)->get_next_run_time({}) == never);
  CHECK_FALSE(open_store({.url = "memory:x"}));
}

TEST_CASE("a file store is opened by URL or path, with the URL's parameters winning")
{
  const fakes::TempDir dir;
  const auto path = dir.file("with blank/tasks");
  CHECK(open_store({.url = path}).error().kind == ErrorKind::not_found);
  REQUIRE(open_store({.url = path, .create = true}));
  CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms::owner_all);

  const auto store =
      open_store({.url = "file://localhost" + dir.path() + "/with%20blank/tasks?suffix=.job",
                  .parameters = {{"suffix", Value{".other"}}}});
  REQUIRE(store);
  REQUIRE((*store)->add_task({.id = "a", .queue = "q"}));
  CHECK(std::filesystem::exists(path + "/a.job"));
}

TEST_CASE("a file store's wrong parameters are refused by name")
{
  for (const auto* url : {"file:relative", "file://otherhost/x", "file:///x?suffix=task",
                          "file:///x?suffix=./a", "file:///x?mode=0900", "file:///x?mode=0077",
                          "file:///x?mode=-700", "file:///x?mode=%20700",
                          "file:///x?mode=40000000700", "file:///x?cleanup_directory=maybe"}) {
    CAPTURE(url);
    const auto store = open_store({.url = url, .create = true});
    REQUIRE_FALSE(store);
    CHECK(store.error().kind == ErrorKind::usage);
  }
  const auto store = open_store({.url = "file:///x?sufix=.a"});
  CHECK(store.error().hint.find("suffix") != std::string::npos);
}

TEST_CASE("a Redis database that is no number is refused before a server is asked")
{
  for (const auto* text : {"x", "-1", "+1", "%201", "1x", "99999999999"}) {
    CAPTURE(text);
    const auto store = open_store({.url = "redis://127.0.0.1:1/" + std::string{text}});
    REQUIRE_FALSE(store);
    CHECK(store.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("a directory that is open to others is refused")
{
  const fakes::TempDir dir;
  const auto path = dir.file("tasks");
  std::filesystem::create_directory(path);
  std::filesystem::permissions(path, std::filesystem::perms{0750});
  const auto store = open_store({.url = path});
  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::denied);
  CHECK(open_store({.url = "file://" + path + "?mode=0750"}));
}
