// SPDX-License-Identifier: MIT
#include "store/wire.hpp"

#include "base/json.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;

namespace {

// What is wrong with this, or nothing.
template <class T>
std::string problem(Result<T> (*read)(const Value&), const std::string& text)
{
  const auto value = parse_json(text);
  REQUIRE(value);
  const auto it = read(*value);
  if (it) return {};
  CHECK(it.error().kind == ErrorKind::corrupt);
  return it.error().what;
}

std::string record_with(const std::string& member)
{
  return R"({"id":"a","moment":1,"queue":"q","priority":0,"revision":1,"fence":1,"worker":0,)" +
         member + R"(,"sealed":"AAE="})";
}

}  // namespace

TEST_CASE("what is said is read back the same")
{
  const Record record{.id = "täglich",
                      .moment = instant_of(-1),
                      .queue = "@boot",
                      .priority = -9,
                      .revision = 1'800'000'000'000'000,
                      .fence = 1'800'000'000'000'001,
                      .worker = 4'294'967'295,
                      .sealed = {0, 255, '\n'}};
  CHECK(*wire::record_in(wire::value_of(record)) == record);
  const RunRecord run{.task_tag = 0xfedcba9876543210,
                      .fence = 7,
                      .part = 2,
                      .recorded = instant_of(5),
                      .sealed = {1}};
  CHECK(*wire::run_in(wire::value_of(run)) == run);
  const Note note{.kind = NoteKind::queue, .name = "mail", .expires = {}, .content = {9}};
  CHECK(*wire::note_in(wire::value_of(note)) == note);
  CHECK(*wire::instant_in(wire::value_of(never)) == never);

  Demand demand{.now = instant_of(3), .limit = 4, .except = {"slow"}};
  demand.only = std::vector<QueueShare>{{"mail", 2}};
  const auto read = wire::demand_in(wire::value_of(demand));
  REQUIRE(read);
  CHECK(read->now == demand.now);
  CHECK(read->limit == 4);
  CHECK(read->lease == demand.lease);
  CHECK(read->only->front().queue == "mail");
  CHECK(read->only->front().limit == 2);
  CHECK(read->except == demand.except);
}

TEST_CASE("unknown members are left alone, wrong ones are named")
{
  CHECK(problem(wire::record_in, record_with(R"("colour":"red")")) == "");
  CHECK(problem(wire::record_in, "[]") == "an object is missing");
  CHECK(problem(wire::record_in, R"({"id":7})") == "'id' is not a text");
  const std::string half = R"({"id":"a","moment":1,"queue":"q","priority":)";
  CHECK(problem(wire::record_in, half + "10}") == "'priority' is out of range");
  CHECK(problem(wire::record_in, half + "0.5}") == "'priority' is not a whole number");
  CHECK(problem(wire::instant_in, "9223372036854775807") == "is not in the years 1 to 9999");
  CHECK(problem(wire::status_in, R"({"kind":"odd","what":"x"})") != "");
  CHECK(problem(wire::note_kind_in, R"("letter")") == "a note is of no known kind");
}

TEST_CASE("what a helper says of an error cannot trick a terminal")
{
  const auto error = wire::error_in(
      ValueMap{{"kind", "denied"}, {"what", "no\x1B[2J"}, {"hint", "ask\nsomebody"}});
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::denied);
  CHECK(error->what == "no\\x1b[2J");
  CHECK(error->hint.find('\n') == std::string::npos);
}
