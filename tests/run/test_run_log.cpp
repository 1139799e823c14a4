// SPDX-License-Identifier: MIT
#include "run/run_log.hpp"

#include "run/log_follower.hpp"

#include "tests/run/run_fixture.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <thread>

using namespace asyncz;

namespace {

class LogFixture : public WorkerFixture {
 public:
  LogFixture()
  {
    REQUIRE(make_log_folder(folder));
    auto created = logs.make("task.1");
    REQUIRE(created);
    log = *std::move(created);
  }

  void print(std::string_view text) const
  {
    REQUIRE(::write(log.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

  std::string folder = log_folder(*store);
  LogMaker logs{folder};
  UniqueFd log;
};

}  // namespace

TEST_CASE("the last lines of a text, with or without a newline at its end")
{
  CHECK(last_lines("a\nb\nc\n", 2) == "b\nc\n");
  CHECK(last_lines("a\nb\nc", 2) == "b\nc");
  CHECK(last_lines("a\nb\n", 5) == "a\nb\n");
  CHECK(last_lines("\n\n", 1) == "\n");
  CHECK(last_lines("a", 0).empty());
  CHECK(last_lines("", 3).empty());
}

TEST_CASE_FIXTURE(LogFixture,
                  "a log reads the same while its run lasts and when it has been sealed")
{
  print("hello\n");
  CHECK(*read_log(*vault, "task.1") == "hello\n");
  REQUIRE(end_log(*vault, folder, "task.1", 1000));
  CHECK(*read_log(*vault, "task.1") == "hello\n");
  CHECK(read_log(*vault, "task.2").error().kind == ErrorKind::not_found);
}

TEST_CASE_FIXTURE(LogFixture,
                  "of a log that outgrows its limit the middle is freed while the run lasts")
{
  const std::string line(99, 'x');
  print("first\n");
  for (int i = 0; i < 2000; ++i) print(line + "\n");
  print("last\n");
  trim_log(log.get(), 50'000);
  const auto running = *read_log(*vault, "task.1");
  CHECK(running.size() < 70'000);
  CHECK(running.substr(0, 6) == "first\n");
  CHECK(running.substr(running.size() - 5) == "last\n");
  CHECK(log_tail(log.get()).size() == kept_output);
  REQUIRE(end_log(*vault, folder, "task.1", 50'000));
  const auto sealed = *read_log(*vault, "task.1");
  CHECK(sealed.size() < 50'100);
  CHECK(sealed.find(std::string{'\0'}) == std::string::npos);
  CHECK(sealed.find("bytes left out") != std::string::npos);
}

TEST_CASE_FIXTURE(LogFixture, "of a log that its run has made huge what was written is read")
{
  print("one\n");
  REQUIRE(::ftruncate(log.get(), std::int64_t{1} << 16) == 0);
  print("two\n");
  REQUIRE(::ftruncate(log.get(), std::int64_t{1} << 42) == 0);
  const auto text = read_log(*vault, "task.1");
  REQUIRE(text);
  CHECK(text->size() < 10'000);
  CHECK(text->substr(0, 4) == "one\n");
  CHECK(text->find("two\n") != std::string::npos);
}

TEST_CASE_FIXTURE(LogFixture, "who follows a log that its run has cut short sees what comes then")
{
  print("a long line before it\n");
  auto follower = LogFollower::open(folder, "task.1");
  REQUIRE(follower);
  std::string seen;
  const LogSink sink = [&](std::string_view text) {
    seen += text;
    return true;
  };
  REQUIRE(follower->pass_on(sink));
  REQUIRE(::ftruncate(log.get(), 0) == 0);
  REQUIRE(follower->pass_on(sink));
  print("after\n");
  REQUIRE(follower->pass_on(sink));
  CHECK(seen == "a long line before it\nafter\n");
}

TEST_CASE_FIXTURE(LogFixture,
                  "who follows a log sees all of it, and returns when the run has ended")
{
  print("one\ntwo\n");
  std::string seen;
  std::jthread printer;
  const auto status = follow_log(*vault, "task.1", 1, [&](std::string_view text) {
    if (seen.empty()) {
      printer = std::jthread{[&] {
        print("three\n");
        REQUIRE(end_log(*vault, folder, "task.1", 1000));
      }};
    }
    seen += text;
    return true;
  });
  CHECK(status);
  CHECK(seen == "two\nthree\n");
}

TEST_CASE_FIXTURE(LogFixture, "another run's sealed log is not taken for this one's")
{
  print("hello\n");
  REQUIRE(end_log(*vault, folder, "task.1", 1000));
  std::filesystem::rename(folder + "/task.1.sealed", folder + "/task.2.sealed");
  CHECK(read_log(*vault, "task.2").error().kind == ErrorKind::corrupt);
}

TEST_CASE_FIXTURE(LogFixture,
                  "pruning removes the oldest logs, and never one that is being written")
{
  print("hello\n");
  REQUIRE(logs.make("task.2"));
  REQUIRE(end_log(*vault, folder, "task.1", 1000));
  REQUIRE(prune_logs(folder, {first_instant, 0}));
  CHECK(read_log(*vault, "task.1").error().kind == ErrorKind::not_found);
  CHECK(*read_log(*vault, "task.2") == "");
}

TEST_CASE_FIXTURE(LogFixture, "a log that was made ahead is the next run's, and none is left over")
{
  const auto files = [&] {
    const std::filesystem::directory_iterator begin{folder};
    return std::distance(begin, std::filesystem::directory_iterator{});
  };
  {
    LogMaker other{folder};
    other.prepare();
    CHECK(files() == 2);
    const auto made = other.make("task.2");
    REQUIRE(made);
    REQUIRE(::write(made->get(), "hello\n", 6) == 6);
    CHECK(*read_log(*vault, "task.2") == "hello\n");
    CHECK(files() == 2);
    other.prepare();
    CHECK(files() == 3);
  }
  CHECK(files() == 2);
}

TEST_CASE_FIXTURE(LogFixture, "what was made ahead may be removed, as a killed worker's is")
{
  logs.prepare();
  REQUIRE(prune_logs(folder, {first_instant, 0}));
  REQUIRE(logs.make("task.2"));
  CHECK(*read_log(*vault, "task.2") == "");
}

TEST_CASE_FIXTURE(LogFixture, "of each task the newest logs are kept")
{
  for (const auto* run : {"task.1", "task.2", "task.3", "other.1"}) {
    {
      REQUIRE(logs.make(run));
    }
    std::ofstream{folder + "/" + run + ".log"} << "hello\n";
    REQUIRE(end_log(*vault, folder, run, 1000));
  }
  const auto hour = std::filesystem::file_time_type::clock::now() - std::chrono::hours{1};
  std::filesystem::last_write_time(folder + "/task.2.sealed", hour);
  REQUIRE(prune_logs(folder, {first_instant, 1'000'000, 2}));
  CHECK(read_log(*vault, "task.2").error().kind == ErrorKind::not_found);
  for (const auto* run : {"task.1", "task.3", "other.1"}) CHECK(read_log(*vault, run));
  REQUIRE(prune_logs(folder, {first_instant, 1'000'000, 0}));
  CHECK(read_log(*vault, "task.1"));
}

TEST_CASE_FIXTURE(LogFixture, "what somebody has put in a log's place is neither written nor read")
{
  const auto outside = dir.file("outside");
  dir.write("outside", "mine");
  REQUIRE(::symlink(outside.c_str(), (folder + "/task.2.log").c_str()) == 0);
  REQUIRE(::mkfifo((folder + "/task.3.log").c_str(), 0600) == 0);
  CHECK(read_log(*vault, "task.2").error().kind != ErrorKind::not_found);
  CHECK(read_log(*vault, "task.3").error().kind == ErrorKind::corrupt);
  for (const auto* run : {"task.2", "task.3"}) {
    const auto made = logs.make(run);
    REQUIRE(made);
    REQUIRE(::write(made->get(), "x", 1) == 1);
    CHECK(*read_log(*vault, run) == "x");
  }
  CHECK(dir.read("outside") == "mine");
}

TEST_CASE_FIXTURE(LogFixture, "a folder of logs that others may open is refused")
{
  REQUIRE(::chmod(folder.c_str(), 0755) == 0);
  CHECK(make_log_folder(folder).error().kind == ErrorKind::denied);
}
