// SPDX-License-Identifier: MIT
#include "stores/registry.hpp"
#include "stores/url.hpp"

#include <doctest/doctest.h>

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
