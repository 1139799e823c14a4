// SPDX-License-Identifier: MIT
#include "stores/file/file_store.hpp"

#include "stores/place.hpp"
#include "stores/records.hpp"
#include "stores/steps.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

TEST_CASE("what asyncz does not write is shown as an error, left alone, and the rest runs")
{
  const Place place;
  const auto store = place.open();
  for (const auto* id : {"good", "cut", "longer", "magic", "newer", "queue", "wild"}) {
    REQUIRE(store->add_task(record_of(id)));
  }
  const auto whole = place.read("cut.task");
  std::map<std::string, std::string> forged{
      {"empty", ""},
      {"short", whole.substr(0, 100)},
      {"cut", whole.substr(0, whole.size() - 1)},
      {"longer", place.read("longer.task") + "x"},
      {"magic", "ASYNCZ" + whole.substr(6)},
      {"newer", "asyncz\2" + whole.substr(7)},
      {"queue", whole.substr(0, 48) + std::string(64, 'q') + whole.substr(112)},
      {"wild", whole.substr(0, 16) + "\x7F" + whole.substr(17)},
  };
  for (const auto& [id, text] : forged) place.write(id + ".task", text);

  const auto fresh = place.open();
  REQUIRE(fresh->watch());
  std::vector<Reservation> kept;
  CHECK(reserve_ids(*fresh, noon, kept) == std::vector<std::string>{"good"});
  const auto readable = visited(*fresh);
  CHECK(readable.size() == forged.size() + 1);
  for (const auto& file : forged) {
    const auto& id = file.first;
    CAPTURE(id);
    CHECK_FALSE(readable.at(id));
    CHECK(fresh->lookup_task(id).error().kind == ErrorKind::corrupt);
    CHECK(fresh->delete_task(id, 1000).error().kind == ErrorKind::corrupt);
    CHECK(fresh->update_task(edited(record_of(id), "new")).error().kind == ErrorKind::corrupt);
    CHECK(fresh->reserve(id, demand_at(noon)).error().kind == ErrorKind::corrupt);
  }
  const auto removed = fresh->remove_all_tasks();
  REQUIRE_FALSE(removed);
  CHECK(removed.error().kind == ErrorKind::corrupt);
  CHECK_FALSE(fs::exists(place.file("good.task")));
  for (const auto& [id, text] : forged) CHECK(place.read(id + ".task") == text);
}

TEST_CASE("nothing but regular files of ours is opened")
{
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("good")));
  REQUIRE(store->add_task(record_of("twin")));
  const auto outside = place.dir.file("outside");
  fs::copy_file(place.file("good.task"), outside);
  const auto before = place.dir.read("outside");
  fs::create_symlink(outside, place.file("link.task"));
  fs::create_symlink("/nowhere", place.file("dangling.task"));
  fs::create_directory(place.file("folder.task"));
  REQUIRE(::mkfifo(place.file("fifo.task").c_str(), 0600) == 0);
  fs::create_hard_link(place.file("twin.task"), place.dir.file("second-name"));

  const auto fresh = place.open();
  std::vector<Reservation> kept;
  CHECK(reserve_ids(*fresh, noon, kept) == std::vector<std::string>{"good"});
  const auto readable = visited(*fresh);
  for (const auto* id : {"link", "dangling", "folder", "fifo", "twin"}) {
    CAPTURE(id);
    CHECK_FALSE(readable.at(id));
    CHECK(fresh->lookup_task(id).error().kind == ErrorKind::corrupt);
    CHECK_FALSE(fresh->delete_task(id, 1000));
    CHECK_FALSE(fresh->update_task(edited(record_of(id), "new")));
    CHECK(fresh->add_task(record_of(id)).error().kind == ErrorKind::conflict);
    CHECK(fs::symlink_status(place.file(std::string{id} + ".task")).type() !=
          fs::file_type::not_found);
  }
  CHECK(place.dir.read("outside") == before);
}

TEST_CASE("names that are no ids are shown and nothing more; other suffixes are none of ours")
{
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("good")));
  const auto content = place.read("good.task");
  const std::vector<std::string> hostile{"-rf", "a:b", "a\nb", "evil\xE2\x80\xAE", "\xFF"};
  for (const auto& id : hostile) place.write(id + ".task", content);
  for (const auto* name : {"good.task~", "good.TASK", ".task", "README"})
    place.write(name, content);

  std::vector<Reservation> kept;
  CHECK(reserve_ids(*place.open(), noon, kept) == std::vector<std::string>{"good"});
  const auto readable = visited(*store);
  CHECK(readable.size() == hostile.size() + 1);
  for (const auto& id : hostile) CHECK_FALSE(readable.at(id));
  CHECK(store->add_task(record_of("../escape")).error().kind == ErrorKind::usage);
  CHECK_FALSE(store->lookup_task("../tasks/good"));
  CHECK_FALSE(store->add_task(record_of(std::string(10 << 20, 'a'))));
}

TEST_CASE("a store that is another user's or open to others is refused")
{
  const Place place;
  static_cast<void>(place.open());
  fs::permissions(place.tasks, fs::perms{0701});
  CHECK(stores::open_file_store({.directory = place.tasks}).error().kind == ErrorKind::denied);
  fs::permissions(place.tasks, fs::perms{0700});
  if (::geteuid() != 0) return;
  REQUIRE(::chown(place.tasks.c_str(), 12345, 12345) == 0);
  CHECK(stores::open_file_store({.directory = place.tasks}).error().kind == ErrorKind::denied);
}

TEST_CASE("what asyncz keeps beside the tasks is refused where others may open it")
{
  for (const auto* name : {".asyncz", ".asyncz/notes"}) {
    const Place place;
    REQUIRE(place.open()->put_note({NoteKind::queue, "mail", std::nullopt, {}}));
    fs::permissions(place.file(name), fs::perms{0710});
    const auto store = place.open();
    CHECK(store->notes(NoteKind::queue).error().kind == ErrorKind::denied);
    CHECK(store->put_note({NoteKind::queue, "mail", std::nullopt, {}}).error().kind ==
          ErrorKind::denied);
  }
}

TEST_CASE("a file that another user owns is not read")
{
  if (::geteuid() != 0) return;
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("a")));
  REQUIRE(::chown(place.file("a.task").c_str(), 12345, 12345) == 0);
  CHECK(store->lookup_task("a").error().kind == ErrorKind::corrupt);
  std::vector<Reservation> kept;
  CHECK(reserve_ids(*place.open(), noon, kept).empty());
}
