// SPDX-License-Identifier: MIT
#include "stores/file/file_store.hpp"

#include "fakes/child_process.hpp"
#include "fakes/temp_dir.hpp"
#include "stores/records.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace std::chrono_literals;
using asyncz::fakes::ChildProcess;

namespace fs = std::filesystem;

namespace {

// A store in a directory of its own.
struct Place {
  fakes::TempDir dir;
  std::string tasks = dir.file("tasks");

  [[nodiscard]] std::unique_ptr<Store> open() const
  {
    auto store = stores::open_file_store({.directory = tasks, .create = true});
    REQUIRE(store);
    return *std::move(store);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return tasks + "/" + name; }
  [[nodiscard]] std::string read(const std::string& name) const
  {
    return dir.read("tasks/" + name);
  }
  void write(const std::string& name, const std::string& text) const
  {
    dir.write("tasks/" + name, text);
  }
};

std::map<std::string, bool> visited(Store& store)
{
  std::map<std::string, bool> readable;
  REQUIRE(store.get_all_tasks([&](std::string_view id, const Result<Record>& record) {
    CHECK((record || record.error().kind == ErrorKind::corrupt));
    readable[std::string{id}] = bool{record};
    return true;
  }));
  return readable;
}

std::vector<std::string> reserve_ids(Store& store, Instant now, std::vector<Reservation>& kept)
{
  auto reservations = store.reserve_due(demand_at(now, 100));
  REQUIRE(reservations);
  std::vector<std::string> ids;
  for (auto& reservation : *reservations) {
    ids.push_back(reservation.record.id);
    kept.push_back(std::move(reservation));
  }
  return ids;
}

bool becomes_readable(int fd)
{
  pollfd poll{.fd = fd, .events = POLLIN};
  return ::poll(&poll, 1, 5000) == 1;
}

bool is_readable(int fd)
{
  pollfd poll{.fd = fd, .events = POLLIN};
  return ::poll(&poll, 1, 0) == 1;
}

// A worker that reserves what is due and holds it until it is killed.
void hold(const Place& place, const ChildProcess::Say& say)
{
  const auto reservations = place.open()->reserve_due(demand_at(noon));
  say(reservations && reservations->size() == 1 ? "reserved" : "failed");
  ::pause();
}

}  // namespace

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

TEST_CASE("the death of a worker wakes one that waits for its task")
{
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("a")));
  ChildProcess worker{[&](const ChildProcess::Say& say) { hold(place, say); }};
  REQUIRE(worker.line() == "reserved");

  const auto fd = store->watch();
  REQUIRE(fd);
  std::vector<Reservation> kept;
  CHECK(reserve_ids(*store, noon, kept).empty());
  CHECK(store->held_elsewhere());
  CHECK(*store->next_moment(demand_at(noon)) == never);
  CHECK_FALSE(is_readable(*fd));

  worker.kill();
  REQUIRE(becomes_readable(*fd));
  REQUIRE(store->changes());
  CHECK_FALSE(store->held_elsewhere());
  CHECK(*store->next_moment(demand_at(noon)) == noon);
  CHECK(reserve_ids(*store, noon, kept) == std::vector<std::string>{"a"});
  CHECK(kept.front().previous_worker != 0);
}

TEST_CASE("workers that wait for the same task do not wake each other")
{
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("a")));
  ChildProcess worker{[&](const ChildProcess::Say& say) { hold(place, say); }};
  REQUIRE(worker.line() == "reserved");

  const auto one = place.open();
  const auto two = place.open();
  const auto one_fd = one->watch();
  const auto two_fd = two->watch();
  for (auto round = 0; round < 3; ++round) {
    for (auto* waiting : {one.get(), two.get()}) {
      CHECK(waiting->reserve_due(demand_at(noon + std::chrono::seconds{round}))->empty());
      CHECK(*waiting->next_moment(demand_at(noon + std::chrono::seconds{round})) == never);
    }
  }
  CHECK_FALSE(is_readable(*one_fd));
  CHECK_FALSE(is_readable(*two_fd));
}

TEST_CASE("a child that outlives its worker keeps its task from being run beside it")
{
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("a")));
  ChildProcess worker{[&](const ChildProcess::Say& say) {
    const auto reservations = place.open()->reserve_due(demand_at(noon));
    if (!reservations || reservations->size() != 1) return;
    const auto child = ::fork();
    if (child == 0) {
      for (;;) ::pause();
    }
    say(std::to_string(child));
    ::pause();
  }};
  const auto child = std::stoi(worker.line());
  worker.kill();

  const auto fd = store->watch();
  std::vector<Reservation> kept;
  CHECK(reserve_ids(*store, noon, kept).empty());
  CHECK(*store->next_moment(demand_at(noon)) == never);
  const auto holder = store->holder("a", noon);
  REQUIRE(holder);
  CHECK(holder->held);
  CHECK(holder->pid == child);
  CHECK(store->reserve("a", demand_at(noon)).error().kind == ErrorKind::conflict);

  ::kill(child, SIGKILL);
  REQUIRE(becomes_readable(*fd));
  REQUIRE(store->changes());
  CHECK(reserve_ids(*store, noon, kept) == std::vector<std::string>{"a"});
  CHECK(kept.front().record.fence == record_of("a").fence + 2);
}

TEST_CASE("a settlement frees the task although a child still has the lock open")
{
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("a")));
  std::vector<Reservation> kept;
  REQUIRE(reserve_ids(*store, noon, kept).size() == 1);
  ChildProcess left_behind{[&](const ChildProcess::Say& say) { say("here"); }};
  REQUIRE(left_behind.line() == "here");

  auto next = edited(kept[0].record, "after the run");
  next.moment = noon + 1s;
  const Settlement settlement{kept.data(), next};
  REQUIRE(store->settle({&settlement, 1}).front());
  CHECK_FALSE(store->holder("a", noon)->held);
  CHECK(reserve_ids(*place.open(), noon + 1s, kept) == std::vector<std::string>{"a"});
}

TEST_CASE("a task that is held takes its place by priority once it is free")
{
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("important", noon, "default", 9)));
  ChildProcess worker{[&](const ChildProcess::Say& say) { hold(place, say); }};
  REQUIRE(worker.line() == "reserved");
  for (const auto* id : {"b", "c", "d"}) REQUIRE(store->add_task(record_of(id)));

  REQUIRE(store->watch());
  CHECK(store->reserve_due(demand_at(noon))->front().record.id != "important");
  worker.kill();
  CHECK(store->reserve_due(demand_at(noon + 251ms))->front().record.id == "important");
}

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
  for (const auto& [id, text] : forged) {
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

TEST_CASE("a file that is copied in slowly is looked at again, and reported if it stays unreadable")
{
  const Place place;
  const auto store = place.open();
  REQUIRE(store->add_task(record_of("a")));
  const auto content = place.read("a.task");
  REQUIRE(store->delete_task("a", 1000));
  const auto fd = store->watch();
  REQUIRE(store->changes());

  place.write("a.task", content.substr(0, 50));
  place.write("junk.task", "junk");
  REQUIRE(becomes_readable(*fd));
  REQUIRE(store->changes());
  CHECK(*store->next_moment(demand_at(noon)) == noon + 1s);
  place.write("a.task", content);
  CHECK(*store->next_moment(demand_at(noon + 1s)) == noon);
  std::vector<Reservation> kept;
  CHECK(reserve_ids(*store, noon + 1s, kept) == std::vector<std::string>{"a"});

  CHECK(store->changes()->unreadable.empty());
  CHECK(*store->next_moment(demand_at(noon + 2s)) == noon + 6s);
  CHECK(*store->next_moment(demand_at(noon + 6s)) == never);
  CHECK(store->changes()->unreadable == std::vector<std::string>{"junk"});
  CHECK(store->changes()->unreadable.empty());
}

TEST_CASE("more changes than the kernel remembers are found by looking at everything")
{
  const Place place;
  const auto store = place.open();
  const auto fd = store->watch();
  REQUIRE(fd);
  for (auto i = 0; i < 20'000; ++i) {
    const auto file = place.file("noise" + std::to_string(i % 2));
    ::close(::open(file.c_str(), O_CREAT | O_WRONLY, 0600));
    ::unlink(file.c_str());
  }
  REQUIRE(place.open()->add_task(record_of("a")));
  const auto changes = store->changes();
  REQUIRE(changes);
  CHECK(changes->unknown);
  std::vector<Reservation> kept;
  CHECK(reserve_ids(*store, noon, kept) == std::vector<std::string>{"a"});
}

TEST_CASE("where the kernel tells of no changes they are found by looking each second")
{
  const Place place;
  REQUIRE(place.open()->add_task(record_of("first")));
  ChildProcess worker{[&](const ChildProcess::Say& say) {
    const auto user = std::to_string(::geteuid());
    if (::unshare(CLONE_NEWUSER) != 0) return say("skip");
    std::ofstream{"/proc/self/uid_map"} << user + " " + user + " 1";
    std::ofstream{"/proc/sys/user/max_inotify_instances"} << 0;
    const auto store = place.open();
    const auto watch = store->watch();
    if (!watch || *watch != -1) return say("skip");
    std::vector<Reservation> kept;
    say(reserve_ids(*store, noon, kept) == std::vector<std::string>{"first"} ? "took" : "failed");
    REQUIRE(store->next_moment(demand_at(noon)));
    REQUIRE(*store->next_moment(demand_at(noon)) == noon + 1s);
    if (!store->add_task(record_of("second"))) return say("failed");
    say(reserve_ids(*store, noon + 999ms, kept).empty() ? "waited" : "failed");
    say(reserve_ids(*store, noon + 1s, kept) == std::vector<std::string>{"second"} ? "took"
                                                                                   : "failed");
  }};
  const auto began = worker.line();
  if (began == "skip") return;
  CHECK(began == "took");
  CHECK(worker.line() == "waited");
  CHECK(worker.line() == "took");
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

TEST_CASE("the number of a dead worker is used again, and the torn end of its history cut")
{
  const Place place;
  const auto store = place.open();
  ChildProcess worker{[&](const ChildProcess::Say& say) {
    const auto mine = place.open();
    const bool done =
        mine->record_run(run_of(1, 10, noon)) && mine->record_run(run_of(1, 11, noon));
    say(done ? "recorded" : "failed");
    ::pause();
  }};
  REQUIRE(worker.line() == "recorded");
  worker.kill();
  const std::string file = ".asyncz/history/WORKER-1";
  const auto whole = place.read(file);
  place.write(file, whole.substr(0, whole.size() - 5));

  REQUIRE(store->record_run(run_of(1, 12, noon + 1s)));
  std::vector<std::uint64_t> fences;
  REQUIRE(store->runs({}, [&](const Result<RunRecord>& run) {
    REQUIRE(run);
    fences.push_back(run->fence);
    return true;
  }));
  CHECK(fences == std::vector<std::uint64_t>{12, 10});
  CHECK(store->find_run(1, 12, 1));
  CHECK(store->find_run(1, 11, 1).error().kind == ErrorKind::not_found);
}

TEST_CASE("a damaged history shows its whole runs, says so, and is not pruned away")
{
  const Place place;
  const auto store = place.open();
  for (std::uint64_t i = 0; i < 3; ++i) REQUIRE(store->record_run(run_of(1, i, noon)));
  const std::string file = ".asyncz/history/WORKER-1";
  auto text = place.read(file);
  text[text.size() / 2] ^= 1;
  place.write(file, text);

  const auto reader = place.open();
  int whole = 0;
  int damaged = 0;
  REQUIRE(reader->runs({}, [&](const Result<RunRecord>& run) {
    ++(run ? whole : damaged);
    return true;
  }));
  CHECK(whole == 2);
  CHECK(damaged == 1);
  REQUIRE(store->prune_runs(noon + 1s, 0));
  CHECK(place.read(file) == text);
}

TEST_CASE("a long history is kept in parts, and read as one")
{
  const Place place;
  const auto store = place.open();
  auto run = run_of(1, 0, noon);
  run.sealed.assign(100'000, 7);
  for (; run.fence < 40; ++run.fence) {
    run.recorded += 1s;
    REQUIRE(store->record_run(run));
  }
  CHECK(fs::exists(place.file(".asyncz/history/WORKER-1.1")));
  CHECK(fs::exists(place.file(".asyncz/history/WORKER-1.3")));
  std::uint64_t next = 39;
  REQUIRE(place.open()->runs({}, [&](const Result<RunRecord>& found) {
    REQUIRE(found);
    CHECK(found->fence == next--);
    return true;
  }));
  CHECK(next == std::uint64_t(-1));
  CHECK(place.open()->find_run(1, 3, 1));

  REQUIRE(store->prune_runs(noon, 500'000));
  CHECK_FALSE(fs::exists(place.file(".asyncz/history/WORKER-1.1")));
  CHECK(store->find_run(1, 39, 1));
  CHECK_FALSE(store->find_run(1, 34, 1));
}

TEST_CASE("a dead worker's note is gone")
{
  const Place place;
  const auto store = place.open();
  const Note note{.kind = NoteKind::worker, .name = "w", .content = {1}};
  ChildProcess worker{[&](const ChildProcess::Say& say) {
    const auto mine = place.open();
    say(mine->put_note(note) ? "announced" : "failed");
    ::pause();
  }};
  REQUIRE(worker.line() == "announced");
  CHECK(store->notes(NoteKind::worker)->size() == 1);
  CHECK(store->put_note(note).error().kind == ErrorKind::conflict);
  worker.kill();
  CHECK(store->notes(NoteKind::worker)->empty());
  CHECK(store->put_note(note));
}

TEST_CASE("a paused queue wakes who watches")
{
  const Place place;
  const auto store = place.open();
  const auto fd = store->watch();
  REQUIRE(store->changes());
  const Note note{.kind = NoteKind::queue, .name = "mail", .content = {1}};
  REQUIRE(place.open()->put_note(note));
  REQUIRE(becomes_readable(*fd));
  CHECK(store->changes()->notes);
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
