// SPDX-License-Identifier: MIT
// What of an SQL store is in its file and its tables, and how it is opened.
#include "fakes/temp_dir.hpp"
#include "stores/records.hpp"
#include "stores/registry.hpp"
#include "stores/sql/sqlite_connection.hpp"
#include "stores/steps.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// A database in a folder of its own.
struct Base {
  fakes::TempDir dir;
  std::string file = dir.file("new/tasks.db");
  std::string url = "sqlite://" + file;

  [[nodiscard]] Result<std::unique_ptr<Store>> try_open(const std::string& query = {},
                                                        bool create = true) const
  {
    return stores::open_store({.url = url + query, .create = create});
  }
  [[nodiscard]] std::unique_ptr<Store> open(const std::string& query = {}) const
  {
    auto store = try_open(query);
    REQUIRE(store);
    return *std::move(store);
  }
  std::string ask(const std::string& statement) const
  {
    const auto connection = stores::connect_sqlite(file, true);
    REQUIRE(connection);
    std::string answer;
    REQUIRE((*connection)->run(statement, {}, [&](const stores::SqlRow& row) {
      answer = row.text(0);
    }));
    return answer;
  }
};

mode_t mode_of(const std::string& path)
{
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a database is made where it is missing, and for its owner alone")
{
  const Base base;
  CHECK(kind_of(base.try_open({}, false)) == ErrorKind::not_found);
  const auto store = base.open();
  REQUIRE(store->add_task(record_of("a")));
  for (const auto& entry : fs::directory_iterator{base.dir.file("new")}) {
    CAPTURE(entry.path().string());
    CHECK(mode_of(entry.path().string()) == 0600);
  }
  CHECK(mode_of(base.dir.file("new")) == 0700);
  CHECK(base.try_open({}, false));
}

TEST_CASE("a database that others may read, a link and a folder are refused")
{
  const Base base;
  static_cast<void>(base.open());
  fs::create_symlink(base.file, base.dir.file("link"));
  CHECK(kind_of(stores::open_store({.url = "sqlite://" + base.dir.file("link")})) ==
        ErrorKind::corrupt);
  CHECK(kind_of(stores::open_store({.url = "sqlite://" + base.dir.file("new")})) ==
        ErrorKind::corrupt);
  REQUIRE(::chmod(base.file.c_str(), 0640) == 0);
  CHECK(kind_of(base.try_open()) == ErrorKind::denied);
}

TEST_CASE("what is no database is left as it is")
{
  const Base base;
  fs::create_directory(base.dir.file("new"));
  base.dir.write("new/tasks.db", std::string(8192, 'x'));
  REQUIRE(::chmod(base.file.c_str(), 0600) == 0);
  CHECK(kind_of(base.try_open()) == ErrorKind::corrupt);
  CHECK(base.dir.read("new/tasks.db") == std::string(8192, 'x'));
}

TEST_CASE("who opens a database waits for another one that is just making it")
{
  const Base base;
  static_cast<void>(base.open());
  const auto maker = stores::connect_sqlite(base.file, true);
  REQUIRE(maker);
  REQUIRE((*maker)->run("PRAGMA journal_mode = DELETE", {}, {}));  // as it is at first
  REQUIRE((*maker)->begin());
  auto opened = std::async(std::launch::async, stores::connect_sqlite, base.file, true);
  CHECK(opened.wait_for(100ms) == std::future_status::timeout);
  (*maker)->rollback();
  CHECK(opened.get());
}

TEST_CASE("a database that another program holds locked is unavailable, with a hint")
{
  const Base base;
  const auto store = base.open();
  const auto other = stores::connect_sqlite(base.file, true);
  REQUIRE(other);
  REQUIRE((*other)->begin());
  const auto added = store->add_task(record_of("a"));
  CHECK(kind_of(added) == ErrorKind::unavailable);
  CHECK_FALSE(added.error().hint.empty());
  (*other)->rollback();
  CHECK(store->add_task(record_of("a")));
}

TEST_CASE("tables of others are not touched")
{
  const Base base;
  static_cast<void>(base.open());
  base.ask("CREATE TABLE mine (id TEXT)");
  base.ask("INSERT INTO mine VALUES ('kept')");
  CHECK(kind_of(base.try_open("?tablename=mine")) == ErrorKind::conflict);
  REQUIRE(base.open()->remove_all_tasks());
  CHECK(base.ask("SELECT id FROM mine") == "kept");
}

TEST_CASE("stores of several names share a database")
{
  const Base base;
  const auto one = base.open("?tablename=one");
  const auto two = base.open("?tablename=two");
  REQUIRE(one->add_task(record_of("a")));
  CHECK(all_ids(*two).empty());
  CHECK(base.ask("SELECT COUNT(*) FROM one") == "1");
}

TEST_CASE("tables that a newer asyncz made are refused")
{
  const Base base;
  static_cast<void>(base.open());
  base.ask("UPDATE asyncz_store_notes SET content = CAST('99' AS BLOB) WHERE kind = 0");
  CHECK(kind_of(base.try_open()) == ErrorKind::failed);
}

TEST_CASE("tables whose version is no number are refused, and not made anew")
{
  const Base base;
  static_cast<void>(base.open());
  for (const std::string text : {"1x", " 1", "+1", "", "99999999999999999999"}) {
    CAPTURE(text);
    base.ask("UPDATE asyncz_store_notes SET content = CAST('" + text + "' AS BLOB) WHERE kind = 0");
    const auto store = base.try_open();
    REQUIRE_FALSE(store);
    CHECK(store.error().kind == ErrorKind::failed);
    CHECK(store.error().what.find("is no number") != std::string::npos);
  }
}

TEST_CASE("many that open a new database at once make its tables once")
{
  const Base base;
  std::vector<std::thread> threads;
  std::vector<Status> added(4);
  for (std::size_t i = 0; i < added.size(); ++i) {
    threads.emplace_back([&, i] {
      auto store = base.try_open();
      added[i] = store ? (*store)->add_task(record_of(std::to_string(i))) : store.error();
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& status : added) CHECK_MESSAGE(status, (status ? "" : status.error().what));
  CHECK(all_ids(*base.open()).size() == added.size());
}

TEST_CASE("URLs of databases that cannot be read are refused without showing a password")
{
  for (const auto* url :
       {"sqlite:tasks.db", "sqlite://elsewhere/tasks.db", "sqlite:///tmp/", "sqlite:///a?table=x",
        "sqlite:///a?tablename=a;b", "sqlite:///a?tablename=1a",
        "sqlite:///a?tablename=", "mysql://u:secret@h:port/d", "mysql://u:secret@h/d?sockets=x",
        "postgresql://u:secret@h/d?tablename=a%22b", "postgresql://u:secret@h/d?nonsense=1",
        "postgresql://u:x@secret@h/d", "mysql://u:x?secret@h:port/d",
        "mysql://u:secret@h/d?sslmode=prefer"}) {
    CAPTURE(url);
    const auto store = stores::open_store({.url = url, .create = true});
    REQUIRE_FALSE(store);
    CHECK(store.error().kind == ErrorKind::usage);
    CHECK(store.error().what.find("secret") == std::string::npos);
    CHECK(store.error().hint.find("secret") == std::string::npos);
  }
}

TEST_CASE("a server that does not answer is unavailable, and nobody learns the password")
{
  for (const auto* url :
       {"mysql://u:secret@127.0.0.1:1/d", "postgresql://u:secret@127.0.0.1:1/d"}) {
    CAPTURE(url);
    const auto store = stores::open_store({.url = url, .create = true});
    REQUIRE_FALSE(store);
    CHECK(store.error().kind == ErrorKind::unavailable);
    CHECK_FALSE(store.error().hint.empty());
    CHECK(store.error().what.find("secret") == std::string::npos);
  }
}

TEST_CASE("a batch is taken in order from many queues and priorities")
{
  const Base base;
  const auto store = base.open();
  std::vector<Record> records;
  for (int i = 0; i < 60; ++i) {
    records.push_back(record_of("t" + std::to_string(100 + i), noon - std::chrono::seconds{i},
                                "q" + std::to_string(i % 3), i % 4 - 2));
  }
  for (const auto& status : store->add_tasks(records)) REQUIRE(status);
  auto demand = demand_at(noon, 50);
  demand.only = std::vector<QueueShare>{{"q0", 7}, {"q1", 50}};
  const auto due = store->get_due_tasks(demand);
  REQUIRE(due);
  CHECK(due->size() == 27);
  CHECK(ids_of(*store->reserve_due(demand)) == ids_of(*due));
  for (std::size_t i = 1; i < due->size(); ++i) {
    const auto& before = (*due)[i - 1];
    const auto& after = (*due)[i];
    CHECK(before.priority >= after.priority);
    if (before.priority == after.priority) CHECK(before.moment <= after.moment);
  }
}

TEST_CASE("a number in the clear that no task has is not taken for one that it has")
{
  const Base base;
  const auto store = base.open();
  REQUIRE(store->add_task(record_of("a")));
  base.ask("UPDATE asyncz_store SET priority = 4294967296 + " +
           std::to_string(record_of("a").priority));
  const auto record = store->lookup_task("a");
  CHECK((!record || record->priority != record_of("a").priority));
}

TEST_CASE("what others hold is seen, what we hold is not")
{
  const Base base;
  const auto one = base.open();
  const auto two = base.open();
  REQUIRE(one->add_task(record_of("a")));
  auto reservation = reserve_one(*one, noon);
  REQUIRE(one->next_moment(demand_at(noon)));
  REQUIRE(two->next_moment(demand_at(noon)));
  CHECK_FALSE(one->held_elsewhere());
  CHECK(two->held_elsewhere());
  CHECK(two->holder("a", noon)->held);
  CHECK(kind_of(two->reserve("a", demand_at(noon))) == ErrorKind::conflict);
  REQUIRE(settle_one(*one, reservation, settled(reservation, noon + 1h)));
  REQUIRE(two->next_moment(demand_at(noon)));
  CHECK_FALSE(two->held_elsewhere());
  CHECK_FALSE(two->holder("a", noon)->held);
}
