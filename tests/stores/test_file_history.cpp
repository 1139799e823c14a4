// SPDX-License-Identifier: MIT
#include "stores/file/history.hpp"

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
using asyncz::fakes::ChildProcess;

namespace fs = std::filesystem;

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

TEST_CASE(
    "a history whose last run is damaged is set aside, not cut, when its number is used again")
{
  const Place place;
  {
    const auto before = place.open();
    for (const std::uint64_t fence : {10, 11}) {
      REQUIRE(before->record_run(run_of(1, fence, noon)));
    }
  }
  const std::string file = ".asyncz/history/WORKER-1";
  auto text = place.read(file);
  text[text.size() - 5] ^= 1;
  place.write(file, text);

  const auto store = place.open();
  REQUIRE(store->record_run(run_of(1, 12, noon + 1s)));
  CHECK(place.read(file + ".1") == text);
  std::vector<std::uint64_t> fences;
  int damaged = 0;
  REQUIRE(place.open()->runs({}, [&](const Result<RunRecord>& run) {
    run ? fences.push_back(run->fence) : static_cast<void>(++damaged);
    return true;
  }));
  CHECK(fences == std::vector<std::uint64_t>{12, 10});
  CHECK(damaged == 1);
  REQUIRE(store->prune_runs(noon + 1h, 0));
  CHECK(place.read(file + ".1") == text);
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
