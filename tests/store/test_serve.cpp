// SPDX-License-Identifier: MIT
#include "store/serve.hpp"

#include "stores/memory/memory_store.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace asyncz;

namespace {

constexpr std::string_view hello =
    R"({"n":1,"op":"hello","protocol":1,"url":"x:/a?b=c","authority":"","path":"/a",)"
    R"("parameters":{"b":"c"},"create":true,"session":"s"})";

// A service of an empty store, and what it has said.
struct Conversation {
  std::vector<std::string> said;
  Greeting greeting;
  StoreService service;

  explicit Conversation(wire::Offers offers = {})
      : service{[this](const Greeting& told) {
                  greeting = told;
                  return Result{stores::make_memory_store(stores::make_memory_state())};
                },
                offers, [this](std::string_view line) { said.emplace_back(line); }}
  {
  }

  std::string ask(std::string_view line)
  {
    said.clear();
    service.answer(line);
    return said.empty() ? "" : said.back();
  }
};

}  // namespace

TEST_CASE("a helper is greeted first, and told which store is meant")
{
  Conversation it{{wire::Offer::notes}};
  CHECK(it.ask(R"({"n":1,"op":"get_all_tasks"})").find("hello") != std::string::npos);
  CHECK(it.ask(hello) == R"({"n":1,"ok":{"protocol":1,"offers":["notes"]}})");
  CHECK(it.greeting.path == "/a");
  CHECK(it.greeting.create);
  CHECK(it.greeting.session == "s");
  CHECK(it.greeting.parameters.at("b") == Value{"c"});
}

TEST_CASE("items come before the end of an answer")
{
  Conversation it;
  it.ask(hello);
  const std::string record =
      R"({"id":"a","moment":5,"queue":"q","priority":0,"revision":1,"fence":1,"worker":0,"sealed":"AA=="})";
  CHECK(it.ask(R"({"n":2,"op":"add_task","record":)" + record + "}") == R"({"n":2,"ok":true})");
  CHECK(it.ask(R"({"n":3,"op":"get_all_tasks"})") == R"({"n":3,"ok":true})");
  REQUIRE(it.said.size() == 2);
  CHECK(it.said.front() == R"({"n":3,"item":)" + record + "}");
  CHECK(it.ask(R"({"n":4,"op":"delete_task","id":"a","revision":9})").find("conflict") !=
        std::string::npos);
}

TEST_CASE("what is not offered or cannot be read is an error, and the next request is answered")
{
  Conversation it;
  it.ask(hello);
  for (const auto* line : {"", "{", "[]", "7", R"({"n":2})", R"({"n":2,"op":"dance"})",
                           R"({"n":2,"op":"notes","kind":"key"})", R"({"n":2,"op":"add_task"})",
                           R"({"n":2,"op":"lookup_task","id":7})"}) {
    CAPTURE(line);
    CHECK(it.ask(line).find("\"error\"") != std::string::npos);
  }
  CHECK(it.ask(R"({"n":9,"op":"remove_all_tasks"})") == R"({"n":9,"ok":true})");
}
