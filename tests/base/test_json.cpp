// SPDX-License-Identifier: MIT
#include "base/json.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;

namespace {

std::string problem(std::string_view text)
{
  const auto value = parse_json(text);
  return value ? "" : value.error().what;
}

}  // namespace

TEST_CASE("a document that was read is written the same")
{
  const std::string text =
      R"({"a":null,"b":true,"c":-9223372036854775808,"d":1.5,"e":"x","f":[1,[],{}],"g":{"h":"i"}})";
  const auto value = parse_json(text);
  REQUIRE(value);
  CHECK(json_text(*value) == text);
}

TEST_CASE("members keep the order in which they were written")
{
  const auto value = parse_json(R"({"z":1,"a":2})");
  REQUIRE(value);
  CHECK(value->get<ValueMap>()->front().first == "z");
}

TEST_CASE("what cannot be read is refused with its place")
{
  CHECK(problem("{\"a\": 1,\n \"b\": x}") == "line 2, column 7: this is not JSON");
  CHECK(problem("") == "line 1, column 1: this is not JSON");
  CHECK(problem("{} {}") == "line 1, column 4: this is not JSON");
  CHECK(problem(R"({"a":1,"a":2})") == "the name a stands there twice");
  CHECK(problem("18446744073709551615") == "the number is too large");
  CHECK(problem("123456789012345678901234567890") == "the number is too large");
  CHECK(problem("1e999") != "");
  CHECK(problem(std::string(65, '[') + std::string(65, ']')) == "more than 64 levels deep");
  CHECK(problem(std::string(64, '[') + std::string(64, ']')) == "");
  CHECK(problem("\"\xFF\"") != "");
}

TEST_CASE("what a terminal would act on is written escaped")
{
  CHECK(json_text(Value{"a\"\\\n\x1B"}) == R"("a\"\\\n\u001b")");
  CHECK(json_text(Value{"\u202Ex"}) == R"("\u202ex")");
  CHECK(json_text(Value{"\U000E0001"}) == R"("\udb40\udc01")");
  CHECK(json_text(Value{"größer"}) == "\"größer\"");
}

TEST_CASE("bytes that are no text become the replacement character")
{
  CHECK(json_text(Value{"a\xFFz"}) == "\"a\uFFFDz\"");
}
