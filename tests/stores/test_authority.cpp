// SPDX-License-Identifier: MIT
#include "stores/authority.hpp"

#include "fakes/temp_dir.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <string>

using namespace asyncz;
using namespace asyncz::stores;

namespace {

Result<Authority> authority_of(const std::string& url)
{
  const auto parsed = parse_url(url);
  REQUIRE(parsed);
  return parse_authority(*parsed);
}

}  // namespace

TEST_CASE("a URL names user, password, host and port, each of which may be missing")
{
  const auto all = authority_of("redis://anna:p%40ss%3A%2F@db.example:6380/2");
  REQUIRE(all);
  CHECK(all->user == "anna");
  CHECK(all->password == "p@ss:/");
  CHECK(all->host == "db.example");
  CHECK(all->port == 6380);

  const auto none = authority_of("redis:///2");
  REQUIRE(none);
  CHECK(none->user.empty());
  CHECK_FALSE(none->password);
  CHECK(none->host.empty());
  CHECK(none->port == 0);

  CHECK(authority_of("redis://:secret@h")->password == "secret");
  CHECK(authority_of("redis://anna@h")->user == "anna");
  CHECK(authority_of("redis://[::1]:7")->host == "::1");
  CHECK(authority_of("redis://[::1]")->port == 0);
}

TEST_CASE("what cannot be read is refused without showing a password")
{
  for (const auto* url : {"redis://u:s3cret@h:0", "redis://u:s3cret@h:x", "redis://u:s3cret%@h",
                          "redis://u:s3cret@[::1", "redis://u:s3cret@[::1]x"}) {
    CAPTURE(url);
    const auto authority = authority_of(url);
    REQUIRE_FALSE(authority);
    CHECK(authority.error().kind == ErrorKind::usage);
    CHECK(authority.error().what.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("a port is a number of 1 to 65535 and nothing else")
{
  CHECK(*parse_port("1") == 1);
  CHECK(*parse_port("65535") == 65535);
  for (const auto* text : {"", "0", "65536", "-1", "+1", " 1", "1 ", "1x", "4294967297"}) {
    CAPTURE(text);
    REQUIRE_FALSE(parse_port(text));
    CHECK(parse_port(text).error().kind == ErrorKind::usage);
  }
}

TEST_CASE("a password is found in the URL, then in its file, then in the environment")
{
  const fakes::TempDir dir;
  dir.write("password", "from the file\nand more");
  const auto file = dir.file("password");
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  ::setenv("ASYNCZ_STORE_PASSWORD", "from the environment", 1);
  Authority authority;
  authority.password = "from the URL";
  CHECK(**find_password(authority, file) == "from the URL");
  authority.password.reset();
  CHECK(**find_password(authority, file) == "from the file");
  CHECK(**find_password(authority, "") == "from the environment");
  ::unsetenv("ASYNCZ_STORE_PASSWORD");
  CHECK_FALSE(*find_password(authority, ""));

  REQUIRE(::chmod(file.c_str(), 0640) == 0);
  CHECK(find_password(authority, file).error().kind == ErrorKind::denied);
  CHECK(find_password(authority, dir.file("none")).error().kind == ErrorKind::usage);
}
