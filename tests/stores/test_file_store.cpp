// SPDX-License-Identifier: MIT
#include "stores/file/file_store.hpp"

#include "stores/place.hpp"
#include "stores/records.hpp"
#include "stores/steps.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

TEST_CASE("a task is a file of its clear prefix and its sealed bytes")
{
  const Place place;
  auto record = record_of("a", instant_of(0x0102030405060708), "mail", -2);
  record.revision = 0x1112131415161718;
  record.fence = 0x2122232425262728;
  record.worker = 0x31323334;
  REQUIRE(place.open()->add_task(record));
  using namespace std::string_literals;
  auto expected = "asyncz\x01\0\x08\x07\x06\x05\x04\x03\x02\x01\xFE\xFF\xFF\xFF\x11\0\0\0"s +
                  "\x18\x17\x16\x15\x14\x13\x12\x11\x28\x27\x26\x25\x24\x23\x22\x21"s +
                  "\x34\x33\x32\x31\0\0\0\0mail"s;
  expected.resize(128);
  expected += "sealed bytes of a";
  CHECK(place.read("a.task") == expected);
  CHECK(fs::status(place.file("a.task")).permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("an add leaves nothing but the task behind")
{
  const Place place;
  REQUIRE(place.open()->add_task(record_of("a")));
  CHECK_FALSE(place.open()->add_task(record_of("a")));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{place.tasks}) {
    names.push_back(entry.path().filename());
  }
  CHECK(names == std::vector<std::string>{"a.task"});
}

TEST_CASE("thousands added at once are all there, but for a name that was taken")
{
  constexpr int count = 2500;
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("1700", noon, "taken")));
  std::vector<Record> records;
  std::vector<std::string> by_moment;
  for (int i = 0; i < count; ++i) {
    const auto id = std::to_string(1000 + i);
    records.push_back(record_of(id, noon - std::chrono::seconds{i}));
    if (id != "1700") by_moment.insert(by_moment.begin(), id);
  }
  by_moment.emplace_back("1700");

  const auto statuses = store->add_tasks(records);
  for (int i = 0; i < count; ++i) CHECK(bool{statuses[i]} == (records[i].id != "1700"));
  CHECK(all_ids(*store) == by_moment);
  const auto due = store->get_due_tasks(demand_at(noon - 1s, count));
  REQUIRE(due);
  CHECK(ids_of(*due) == std::vector(by_moment.begin(), by_moment.end() - 2));
  const auto first = store->next_moment(demand_at(noon));
  REQUIRE(first);
  CHECK(*first == records.back().moment);
}

TEST_CASE("a reservation changes 24 bytes in place and wakes nobody")
{
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("a")));
  const auto watching = place.open();
  const auto fd = watching->watch();
  REQUIRE(fd);
  const auto before = place.read("a.task");
  const auto reservations = store->reserve_due(demand_at(noon));
  REQUIRE(reservations->size() == 1);
  const auto after = place.read("a.task");
  CHECK(after.substr(0, 24) == before.substr(0, 24));
  CHECK(after.substr(24, 24) != before.substr(24, 24));
  CHECK(after.substr(48) == before.substr(48));
  CHECK_FALSE(is_readable(*fd));
}

TEST_CASE("the last worker cleans up where that is wished and no task is left")
{
  const Place place;
  const stores::FileStoreOptions options{
      .directory = place.tasks, .cleanup_directory = true, .create = true};
  auto one = *stores::open_file_store(options);
  const auto two = *stores::open_file_store(options);
  REQUIRE(one->put_note({.kind = NoteKind::worker, .name = "one"}));
  REQUIRE(two->put_note({.kind = NoteKind::worker, .name = "two"}));
  REQUIRE(one->remove_note(NoteKind::worker, "one"));
  CHECK(fs::exists(place.tasks));
  one.reset();

  REQUIRE(two->add_task(record_of("a")));
  REQUIRE(two->remove_note(NoteKind::worker, "two"));
  CHECK(fs::exists(place.tasks));
  REQUIRE(two->delete_task("a", 1000));
  REQUIRE(two->remove_note(NoteKind::worker, "two"));
  CHECK_FALSE(fs::exists(place.tasks));
}

TEST_CASE("logs are kept in the store's own folder")
{
  const Place place;
  const auto directory = place.open()->log_directory();
  REQUIRE(directory);
  CHECK(fs::status(*directory).permissions() == fs::perms::owner_all);
}
