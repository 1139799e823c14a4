// SPDX-License-Identifier: MIT
// What of a MongoDB store is in its documents, and how it is opened; with_server.py starts one.
#include "base/task_id.hpp"
#include "stores/mongo/link.hpp"
#include "stores/records.hpp"
#include "stores/registry.hpp"
#include "stores/steps.hpp"
#include "time/clock.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace asyncz::stores;

namespace {

std::string server_url()
{
  const char* const url = std::getenv("ASYNCZ_TEST_MONGODB_URL");
  REQUIRE(url != nullptr);
  return url;
}

mongo::Deployment deployment()
{
  auto opened = mongo::Deployment::open({.url = server_url(), .database = "asyncz"});
  REQUIRE(opened);
  return *std::move(opened);
}

// A collection of its own, and a link for what asyncz would not write.
struct Collection {
  const std::string name = "t_" + new_task_id();
  const mongo::Deployment server = deployment();
  mongo::Link link{server};

  [[nodiscard]] Result<std::unique_ptr<Store>> try_open(const std::string& query = {}) const
  {
    const auto url = server_url();
    const char* const mark = url.find('?') == std::string::npos ? "?" : "&";
    return open_store({.url = url + mark + "collection=" + name + query, .create = true});
  }
  [[nodiscard]] std::unique_ptr<Store> open() const
  {
    auto store = try_open();
    REQUIRE(store);
    return *std::move(store);
  }
  void insert(mongo::Document document) { REQUIRE(link.insert(name, {std::move(document)})); }
  std::vector<mongo::Document> documents(std::string_view suffix = {})
  {
    const auto found =
        link.find(name + std::string{suffix}, {}, {{"sort", mongo::Document{{"_id", 1}}}});
    REQUIRE(found);
    return *found;
  }
};

mongo::Document due_document(mongo::Document document)
{
  document.add("next_run_time", 1);
  document.add("queue", "default");
  document.add("priority", 9);
  return document;
}

}  // namespace

TEST_CASE("what cannot be read is put away whole, each time it is asked for")
{
  Collection collection;
  const auto store = collection.open();
  for (const auto* text : {"first", "second"}) {
    collection.insert(due_document({{"_id", "a"}, {"state", text}}));
    CHECK(kind_of(store->lookup_task("a")) == ErrorKind::corrupt);
    const auto place = store->quarantine("a");
    REQUIRE(place);
    CHECK(*place == "the collection " + collection.name + "_unreadable");
    CHECK(collection.documents().empty());
  }
  CHECK(kind_of(store->quarantine("a")) == ErrorKind::not_found);
  const auto kept = collection.documents("_unreadable");
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].text("_id") == "a");
  CHECK(kept[0].document("task").text("state") == "first");
  CHECK(kept[1].text("_id") == "a.1");
  CHECK(kept[1].document("task").text("state") == "second");
  CHECK(kept[1].document("task").number("priority") == 9);
}

TEST_CASE("what is not ours in the collection holds nobody up")
{
  Collection collection;
  const auto store = collection.open();
  collection.insert(due_document({}));  // its _id is not a text
  collection.insert(due_document({{"_id", "b"}, {"state", "text"}}));
  const auto now = system_clock().now();
  REQUIRE(store->add_task(record_of("a", now - std::chrono::hours{1})));
  const auto demand = demand_at(now, 10);
  const auto reserved = store->reserve_due(demand);
  REQUIRE(reserved);
  CHECK(ids_of(*reserved) == std::vector<std::string>{"a"});
  CHECK(store->next_moment(demand));
  const auto changes = store->changes();
  REQUIRE(changes);
  CHECK(changes->unreadable == std::vector<std::string>{"b"});
  CHECK(collection.documents().size() == 3);
}

TEST_CASE("documents whose _id is no text are counted, since no id names them")
{
  Collection collection;
  const auto store = collection.open();
  REQUIRE(store->add_task(record_of("a", system_clock().now())));
  const auto told = [&] {
    const auto traits = store->examine();
    REQUIRE(traits);
    return std::count_if(traits->begin(), traits->end(), [](const Store::Trait& trait) {
      return trait.what.find("2 documents of the collection") == 0 && !trait.mend.empty();
    });
  };
  CHECK(told() == 0);
  collection.insert(due_document({}));
  collection.insert(due_document({{"_id", 7}}));
  CHECK(told() == 1);
}

TEST_CASE("a process that is killed leaves nothing in shared memory")
{
  const Collection collection;
  CHECK(collection.open());
  CHECK_FALSE(std::filesystem::exists("/dev/shm/mongoc-" + std::to_string(::getpid())));
  CHECK(std::getenv("MONGOC_DISABLE_SHM") == nullptr);
}

TEST_CASE("the server's indexes are made with the store")
{
  Collection collection;
  static_cast<void>(collection.open());
  const auto listed = collection.link.ask({{"listIndexes", collection.name}});
  REQUIRE(listed);
  std::vector<std::string> names;
  for (const auto& index : listed->document("cursor").array("firstBatch")) {
    names.push_back(index.get<mongo::Document>()->text("name"));
  }
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"_id_", "asyncz_due", "asyncz_held", "asyncz_next"});
}

TEST_CASE("what would loosen a promise is refused in the URL, and all else is passed through")
{
  const Collection collection;
  for (const auto* query :
       {"&w=1", "&w=0", "&readPreference=secondary", "&readPreference=nearest"}) {
    CAPTURE(query);
    CHECK(kind_of(collection.try_open(query)) == ErrorKind::usage);
  }
  CHECK(kind_of(open_store({.url = "mongodb://user@localhost/d", .create = true})) ==
        ErrorKind::denied);
  CHECK(collection.try_open("&w=majority&readPreference=primary&appName=x&retryWrites=false"));
}
