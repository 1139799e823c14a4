// SPDX-License-Identifier: MIT
#include "stores/file/index.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <tuple>

using namespace asyncz;
using namespace asyncz::stores;

namespace {

Prefix prefix_of(std::int64_t moment, int priority = 0, std::string_view queue = "q")
{
  return {.moment = instant_of(moment), .priority = priority, .queue = queue};
}

const Index::Admits all = [](std::string_view) { return true; };

std::optional<std::string> take(Index& index, std::int64_t now)
{
  const auto taken = index.take(instant_of(now), all);
  return taken ? std::optional{taken->id} : std::nullopt;
}

}  // namespace

TEST_CASE("what is due comes by priority, then moment")
{
  Index index{1};
  index.put("late", prefix_of(9));
  index.put("early", prefix_of(1));
  index.put("important", prefix_of(5, 3));
  index.put("future", prefix_of(11, 9));
  CHECK(index.earliest(all) == instant_of(1));
  CHECK(take(index, 10) == "important");
  CHECK(take(index, 10) == "early");
  CHECK(take(index, 10) == "late");
  CHECK_FALSE(take(index, 10));
  CHECK(index.earliest(all) == instant_of(11));
}

TEST_CASE("equal moments have another order in another index")
{
  std::vector<std::string> orders;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Index index{seed};
    for (char id = 'a'; id <= 'p'; ++id) index.put(std::string(1, id), prefix_of(1));
    std::string order;
    while (const auto id = take(index, 1)) order += *id;
    CHECK(order.size() == 16);
    orders.push_back(order);
  }
  CHECK(std::count(orders.begin(), orders.end(), orders[0]) < 4);
}

TEST_CASE("a clock that is set back makes what was due wait again")
{
  Index index{1};
  index.put("a", prefix_of(50, 9));
  index.put("b", prefix_of(5));
  CHECK(take(index, 100) == "a");
  CHECK(index.put_back("a"));
  CHECK(take(index, 10) == "b");
  CHECK_FALSE(take(index, 10));
  CHECK(index.earliest(all) == instant_of(50));
}

TEST_CASE("what is out does not count until it is put back or changes")
{
  Index index{1};
  index.put("a", prefix_of(1));
  CHECK(take(index, 1) == "a");
  CHECK(index.is_out("a"));
  CHECK(index.earliest(all) == never);
  CHECK(index.put_back("a"));
  CHECK_FALSE(index.put_back("a"));
  CHECK(take(index, 1) == "a");
  index.put("a", prefix_of(2));
  CHECK_FALSE(index.is_out("a"));
  CHECK(index.earliest(all) == instant_of(2));
}

TEST_CASE("queues are asked for by name")
{
  Index index{1};
  index.put("a", prefix_of(1, 0, "mail"));
  index.put("b", prefix_of(2, 0, "web"));
  const auto web = [](std::string_view queue) { return queue == "web"; };
  CHECK(index.earliest(web) == instant_of(2));
  CHECK(index.take(instant_of(5), web)->id == "b");
  CHECK_FALSE(index.take(instant_of(5), web));
}

TEST_CASE("an index agrees with a plain map whatever is done to both")
{
  std::mt19937 random{7};
  Index index{3};
  struct Plain {
    std::int64_t moment;
    int priority;
    bool out;
  };
  std::map<std::string, Plain> plain;
  const auto best = [&](std::int64_t now) {
    std::optional<std::tuple<int, std::int64_t>> found;
    for (const auto& [id, entry] : plain) {
      if (entry.out || entry.moment > now) continue;
      const std::tuple key{-entry.priority, entry.moment};
      if (!found || key < *found) found = key;
    }
    return found;
  };
  for (auto step = 0; step < 20'000; ++step) {
    const auto id = "task" + std::to_string(random() % 300);
    const auto moment = static_cast<std::int64_t>(random() % 1000);
    const auto priority = static_cast<int>(random() % 3);
    switch (random() % 4) {
      case 0:
      case 1:
        index.put(id, prefix_of(moment, priority));
        plain[id] = {moment, priority, false};
        break;
      case 2:
        index.remove(id);
        plain.erase(id);
        break;
      default: {
        const auto expected = best(moment);
        const auto taken = take(index, moment);
        REQUIRE(taken.has_value() == expected.has_value());
        if (!taken) break;
        auto& entry = plain.at(*taken);
        REQUIRE(std::tuple{-entry.priority, entry.moment} == *expected);
        entry.out = true;
      }
    }
    REQUIRE(index.size() == plain.size());
  }
}
