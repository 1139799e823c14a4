// SPDX-License-Identifier: MIT
#include "cli/views/json.hpp"
#include "tests/cli/fake_context.hpp"

#include <doctest/doctest.h>

#include <string>

namespace asyncz::cli {
namespace {

TEST_CASE("a person gets an indented document, a program one line")
{
  FakeContext context;
  const Value document{ValueMap{{"a", ValueList{1, 2}}, {"b", ValueMap{}}}};
  print_json(context, document);
  CHECK(context.output == "{\"a\":[1,2],\"b\":{}}\n");
  context.output.clear();
  context.terminal = true;
  print_json(context, document);
  CHECK(context.output == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}\n");
}

TEST_CASE("an array is printed an element a line, and is a document when it is empty")
{
  FakeContext context;
  JsonArray array{context};
  array.add(1);
  array.add("x");
  array.end();
  CHECK(context.output == "[\n1,\n\"x\"\n]\n");
  context.output.clear();
  JsonArray{context}.end();
  CHECK(context.output == "[]\n");
}

}  // namespace
}  // namespace asyncz::cli
