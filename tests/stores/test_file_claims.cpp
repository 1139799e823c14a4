// SPDX-License-Identifier: MIT
#include "stores/file/claims.hpp"

#include "stores/place.hpp"
#include "stores/records.hpp"
#include "stores/steps.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace std::chrono_literals;
using asyncz::fakes::ChildProcess;

namespace {

bool is_file(int fd)
{
  struct stat status = {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

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

TEST_CASE("a child can hold nothing with what it inherits but its own reservation")
{
  const Place place;
  const auto store = place.open();
  for (const auto* id : {"a", "b"}) REQUIRE(store->add_task(record_of(id)));
  auto mine = store->reserve("a", demand_at(noon));
  REQUIRE(mine);
  ChildProcess child{[&](const ChildProcess::Say& say) {
    const int inherited = mine->lock.get();
    for (int fd = 3; fd < 1024; ++fd) {
      if (fd != inherited && ::fcntl(fd, F_GETFD) >= 0 && is_file(fd)) ::close(fd);
    }
    struct flock everything = {};
    everything.l_type = F_WRLCK;
    const auto lock = [&] { return ::fcntl(inherited, F_OFD_SETLK, &everything) == 0; };
    if (!lock() || ::flock(inherited, LOCK_EX | LOCK_NB) != 0) return;
    say("locked");
  }};
  REQUIRE(child.line() == "locked");

  CHECK(store->update_task(edited(record_of("b"), "by somebody")));
  auto other = place.open()->reserve("b", demand_at(noon));
  REQUIRE(other);
  CHECK(settle_one(*store, *other, std::nullopt));
  CHECK(store->add_task(record_of("c")));
  CHECK(store->put_note({NoteKind::worker, "worker", std::nullopt, {}}));
  CHECK(place.open()->reserve("a", demand_at(noon)).error().kind == ErrorKind::conflict);

  CHECK(settle_one(*store, *mine, settled(*mine, noon + 1h)));
  CHECK(place.open()->reserve("a", demand_at(noon)));
}

TEST_CASE("a lock that was made ahead holds its task, and the first who takes it, has it")
{
  const Place place;
  const auto store = place.open();
  const auto other = place.open();
  for (const auto* id : {"a", "b"}) REQUIRE(store->add_task(record_of(id)));
  store->expect(noon, demand_at(noon));
  other->expect(noon, demand_at(noon));
  const auto conflict = ErrorKind::conflict;

  auto first = store->reserve("a", demand_at(noon));
  REQUIRE(first);
  CHECK(store->holder("a", noon)->held);
  CHECK(other->reserve("a", demand_at(noon)).error().kind == conflict);
  const auto second = other->reserve("b", demand_at(noon));
  REQUIRE(second);
  CHECK(store->reserve("b", demand_at(noon)).error().kind == conflict);
  CHECK(settle_one(*store, *first, settled(*first, noon + 1h)));
  CHECK(other->reserve("a", demand_at(noon)));
}

TEST_CASE("no lock that was made ahead is left over, not even a killed worker's")
{
  const Place place;
  const auto locks = [&] {
    const std::filesystem::directory_iterator begin{place.file(".asyncz/running")};
    return std::distance(begin, std::filesystem::directory_iterator{});
  };
  {
    const auto store = place.open();
    store->expect(noon, demand_at(noon));
    CHECK(locks() == 1);
  }
  CHECK(locks() == 0);
  ChildProcess worker{[&](const ChildProcess::Say& say) {
    const auto store = place.open();
    store->expect(noon, demand_at(noon));
    say("ready");
    ::pause();
  }};
  REQUIRE(worker.line() == "ready");
  REQUIRE(place.open()->watch());
  CHECK(locks() == 1);
  worker.kill();
  REQUIRE(place.open()->watch());
  CHECK(locks() == 0);
}

TEST_CASE("what ended reservations leave behind is removed with their tasks")
{
  const Place place;
  REQUIRE(place.open()->add_task(record_of("a")));
  ChildProcess worker{[&](const ChildProcess::Say& say) { hold(place, say); }};
  REQUIRE(worker.line() == "reserved");
  worker.kill();
  const auto left = place.file(".asyncz/running/a");
  CHECK(std::filesystem::exists(left));
  CHECK_FALSE(place.open()->holder("a", noon)->held);

  REQUIRE(place.open()->delete_task("a", record_of("a").revision + 1));
  REQUIRE(place.open()->watch());
  CHECK_FALSE(std::filesystem::exists(left));
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
  CHECK(store->held_elsewhere());  // who drains the store waits for them
  CHECK(*store->next_moment(demand_at(noon)) == noon + 1s);
  place.write("a.task", content);
  CHECK(*store->next_moment(demand_at(noon + 1s)) == noon);
  std::vector<Reservation> kept;
  CHECK(reserve_ids(*store, noon + 1s, kept) == std::vector<std::string>{"a"});

  CHECK(store->changes()->unreadable.empty());
  CHECK(*store->next_moment(demand_at(noon + 2s)) == noon + 6s);
  CHECK(*store->next_moment(demand_at(noon + 6s)) == never);
  CHECK_FALSE(store->held_elsewhere());
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
