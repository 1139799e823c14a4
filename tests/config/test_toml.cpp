// SPDX-License-Identifier: MIT
#include "config/settings.hpp"
#include "config/toml_file.hpp"

#include <doctest/doctest.h>

#include <string>

namespace asyncz {
namespace {

TEST_CASE("values are read in the order in which they stand")
{
  const auto value = parse_toml("z = 1\na = \"x\"\n[m]\nb = [1, 2.5, true]\n", "f");
  REQUIRE(value);
  const Value expected{
      ValueMap{{"z", 1}, {"a", "x"}, {"m", ValueMap{{"b", ValueList{1, 2.5, true}}}}}};
  CHECK(value->root == expected);
}

TEST_CASE("times become their RFC 3339 text")
{
  const auto value =
      parse_toml("a = 2027-03-28T02:30:00+01:00\nb = 2027-03-28\nc = 07:32:00\n", "f");
  REQUIRE(value);
  CHECK(*value->root.find("a") == Value{"2027-03-28T02:30:00+01:00"});
  CHECK(*value->root.find("b") == Value{"2027-03-28"});
  CHECK(*value->root.find("c") == Value{"07:32:00"});
}

TEST_CASE("what is no TOML is refused with file, line and column, whatever it is")
{
  for (const char* text : {"a = ", "\n[.", "[&", "a = 1\na = 2", "\xFF", "[[[", "a = \"\n", "="}) {
    CAPTURE(text);
    const auto value = parse_toml(text, "f.toml");
    REQUIRE_FALSE(value);
    CHECK(value.error().kind == ErrorKind::usage);
    CHECK(value.error().what.starts_with("f.toml:"));
  }
}

TEST_CASE("what is written reads back the same")
{
  const ValueMap map{
      {"text", "a \"b\" \\ \n\t\x7F ü"},
      {"number", -5},
      {"real", 2.0},
      {"flag", false},
      {"list", ValueList{"a", ValueList{1}, ValueMap{{"k", "v"}}}},
      {"odd key", ValueMap{{"x.y", 1}, {"empty", ValueMap{}}}},
      {"tasks", ValueMap{{"backup", ValueMap{{"command", ValueList{"a"}},
                                             {"trigger", ValueMap{{"cron", "0 3 * * *"}}}}}}},
  };
  const auto read = parse_toml(toml_text(map), "f");
  REQUIRE(read);
  CHECK(read->root == Value{map});
}

TEST_CASE("tasks are written as one would by hand")
{
  const ValueMap task{{"command", ValueList{"backup", "/srv"}},
                      {"user", nullptr},
                      {"trigger", ValueMap{{"cron", "0 3 * * *"}}}};
  CHECK(toml_text({{"tasks", ValueMap{{"backup", task}}}}) ==
        "[tasks.backup]\n"
        "command = [\"backup\", \"/srv\"]\n"
        "trigger = { cron = \"0 3 * * *\" }\n");
}

}  // namespace
}  // namespace asyncz
