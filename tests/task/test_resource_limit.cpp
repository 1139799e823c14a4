// SPDX-License-Identifier: MIT
#include "task/resource_limit.hpp"

#include <doctest/doctest.h>

namespace asyncz {
namespace {

TEST_CASE("a limit is a number, a size, a time or none")
{
  const auto amount = [](std::string_view name, const Value& value) {
    return read_limit(name, value)->value;
  };
  CHECK(amount("cpu", "60s") == 60);
  CHECK(amount("cpu", "2m") == 120);
  CHECK(amount("cpu", "1500ms") == 2);
  CHECK(amount("cpu", "5") == 5);
  CHECK(amount("as", "512M") == std::uint64_t{512} << 20U);
  CHECK(amount("nproc", 7) == 7);
  CHECK(amount("core", "unlimited") == no_limit);
}

TEST_CASE("memory and files are other words")
{
  CHECK(*read_limit("memory", "1K") == ResourceLimit{"as", 1024});
  CHECK(*read_limit("files", 100) == ResourceLimit{"nofile", 100});
}

TEST_CASE("what is no limit is refused")
{
  CHECK(read_limit("memori", 1).error().hint == "did you mean memory?");
  for (const auto* const text : {"", "M", "-1", "1.5M", "1Q", "8E", "60s"}) {
    CAPTURE(text);
    CHECK_FALSE(read_limit("memory", text));
  }
  CHECK_FALSE(read_limit("cpu", "soon"));
  CHECK_FALSE(read_limit("cpu", -1));
}

TEST_CASE("a limit can be read again as it is written")
{
  for (const auto value : {std::uint64_t{0}, std::uint64_t{4096}, no_limit}) {
    const ResourceLimit limit{"stack", value};
    CHECK(*read_limit("stack", limit_value(limit)) == limit);
  }
}

}  // namespace
}  // namespace asyncz
