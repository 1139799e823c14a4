// SPDX-License-Identifier: MIT
#include "run/spawner.hpp"

#include "base/unique_fd.hpp"
#include "tests/fakes/temp_dir.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <string>
#include <string_view>
#include <variant>

using namespace asyncz;

namespace {

struct Ended {
  int status = -1;  // as wait(2) gives it
  std::string output;
};

class Fixture {
 public:
  Fixture()
      : output_{::open(dir.file("out").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)}
  {
    spec.env = {"PATH=/usr/bin:/bin"};
    spec.output_fd = output_.get();
  }

  // Runs a shell line to its end.
  Ended sh(const std::string& line)
  {
    spec.argv = {"sh", "-c", line};
    const auto started = spawner->spawn(spec);
    REQUIRE(std::holds_alternative<Child>(started));
    Ended result;
    ::waitpid(std::get<Child>(started).pid, &result.status, 0);
    result.output = dir.read("out");
    return result;
  }

  SpawnFailure failure()
  {
    const auto started = spawner->spawn(spec);
    REQUIRE(std::holds_alternative<SpawnFailure>(started));
    return std::get<SpawnFailure>(started);
  }

  fakes::TempDir dir;
  ChildSpec spec;
  std::unique_ptr<Spawner> spawner = *make_spawner();

 private:
  UniqueFd output_;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "stdout and stderr go to the log in the order in which they were written")
{
  CHECK(sh("echo one; echo two >&2; echo three").output == "one\ntwo\nthree\n");
}

TEST_CASE_FIXTURE(Fixture,
                  "a program that is nowhere is 127, one that may not run 126, both with reasons")
{
  spec.argv = {"no-such-program"};
  CHECK(failure().exit_status == 127);
  CHECK(failure().reason == "cannot run 'no-such-program': not found in PATH /usr/bin:/bin");

  dir.write("plain", "not a program");
  spec.argv = {dir.file("plain")};
  CHECK(failure().exit_status == 126);
  CHECK(failure().reason.find("Permission denied") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a missing directory and an unknown user are 125")
{
  spec.argv = {"true"};
  spec.cwd = dir.file("missing");
  CHECK(failure().exit_status == 125);
  CHECK(failure().reason.find("cannot enter directory") == 0);
  spec.cwd.clear();
  spec.user = "nobody-of-this-name";
  CHECK(failure().exit_status == 125);
  CHECK(failure().reason == "there is no user 'nobody-of-this-name'");
}

TEST_CASE_FIXTURE(Fixture, "the path of the child is searched, not ours")
{
  dir.write("tool", "#!/bin/sh\necho from tool\n");
  ::chmod(dir.file("tool").c_str(), 0700);
  spec.env = {"PATH=/nowhere:" + dir.path() + ":/usr/bin:/bin"};
  CHECK(sh("tool").output == "from tool\n");
}

TEST_CASE_FIXTURE(Fixture, "a script without an interpreter line is a shell script")
{
  dir.write("script", "echo \"$0 $1\"\n");
  ::chmod(dir.file("script").c_str(), 0700);
  spec.argv = {dir.file("script"), "word"};
  const auto started = spawner->spawn(spec);
  REQUIRE(std::holds_alternative<Child>(started));
  ::waitpid(std::get<Child>(started).pid, nullptr, 0);
  CHECK(dir.read("out") == dir.file("script") + " word\n");
}

TEST_CASE_FIXTURE(Fixture, "a child inherits its lock and no other descriptor")
{
  const UniqueFd open_to_all{::open("/dev/null", O_RDONLY)};
  const UniqueFd lock{::open(dir.file("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  spec.lock_fd = lock.get();
  CHECK(sh("ls -l /proc/self/fd | grep -c /lock$").output == "1\n");
  ::truncate(dir.file("out").c_str(), 0);
  // stdin, stdout, stderr, the lock and what ls itself opens.
  CHECK(sh("ls /proc/self/fd | wc -l").output == "5\n");
}

TEST_CASE_FIXTURE(Fixture, "a child leads a group of its own, with signals as they are by default")
{
  ::signal(SIGPIPE, SIG_IGN);
  spawner = *make_spawner();
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  const auto output =
      sh("grep -E '^Sig(Blk|Ign)' /proc/self/status; test $(ps -o pgid= -p $$) -eq $$ && echo led")
          .output;
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  CHECK(output == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nled\n");
}

TEST_CASE_FIXTURE(Fixture, "umask, nice and limits are those of the task")
{
  spec.umask = 027;
  spec.nice = 5;
  spec.limits = {{RLIMIT_NOFILE, 64}};
  CHECK(sh("umask; nice; ulimit -n").output == "0027\n5\n64\n");
}

TEST_CASE_FIXTURE(Fixture, "a worker that is root runs a task as its user, with that user's groups")
{
  if (::getuid() != 0) return;
  spec.user = "nobody";
  spec.cwd = "/";
  CHECK(sh("id -un; id -G | wc -w").output == "nobody\n1\n");
}

TEST_CASE_FIXTURE(Fixture, "another user's program that cannot be opened yet keeps nobody waiting")
{
  if (::getuid() != 0) return;
  ::signal(SIGIO, SIG_IGN);
  REQUIRE(::chmod(dir.path().c_str(), 0711) == 0);
  dir.write("tool", "#!/bin/sh\necho begun\n");
  dir.write("broken", "#!/nowhere\n");
  spec.user = "nobody";
  spec.cwd = "/";
  for (const auto* name : {"tool", "broken"}) {
    spec.argv = {dir.file(name)};
    REQUIRE(::chmod(dir.file(name).c_str(), 0755) == 0);
    UniqueFd lease{::open(dir.file(name).c_str(), O_RDONLY | O_CLOEXEC)};
    REQUIRE(::fcntl(lease.get(), F_SETLEASE, F_WRLCK) == 0);
    const auto started = spawner->spawn(spec);
    const auto* child = std::get_if<Child>(&started);
    REQUIRE(child != nullptr);
    REQUIRE(child->late_failure);
    CHECK(dir.read("out").empty());
    REQUIRE(::fcntl(lease.get(), F_SETLEASE, F_UNLCK) == 0);
    int status = 0;
    ::waitpid(child->pid, &status, 0);
    const auto failure = child->late_failure();
    if (name == std::string_view{"tool"}) {
      CHECK_FALSE(failure);
      CHECK(status == 0);
      CHECK(dir.read("out") == "begun\n");
      ::truncate(dir.file("out").c_str(), 0);
    } else {
      REQUIRE(failure);
      CHECK(failure->exit_status == 127);
      CHECK(failure->reason == "cannot run '" + dir.file(name) + "': No such file or directory");
    }
  }
  ::signal(SIGIO, SIG_DFL);
}

TEST_CASE_FIXTURE(Fixture, "another user's failures to start are told as ours are")
{
  if (::getuid() != 0) return;
  spec.user = "nobody";
  spec.argv = {"no-such-program"};
  CHECK(failure().reason == "cannot run 'no-such-program': not found in PATH /usr/bin:/bin");
  REQUIRE(::chmod(dir.path().c_str(), 0700) == 0);
  spec.cwd = dir.path();
  CHECK(failure().exit_status == 125);
  CHECK(failure().reason == "cannot enter directory '" + dir.path() + "': Permission denied");
}

TEST_CASE("where what every child needs is not to be had there is no spawner, and it says why")
{
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto spawner = make_spawner();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE_FALSE(spawner);
  CHECK(spawner.error().kind == ErrorKind::unavailable);
  CHECK(spawner.error().what == "cannot open /dev/null: Too many open files");
}

TEST_CASE_FIXTURE(Fixture, "input is what was given, or nothing at all")
{
  CHECK(sh("cat; echo end").output == "end\n");
  ::truncate(dir.file("out").c_str(), 0);
  dir.write("input", "hello\n");
  const UniqueFd input{::open(dir.file("input").c_str(), O_RDONLY | O_CLOEXEC)};
  spec.stdin_fd = input.get();
  CHECK(sh("cat").output == "hello\n");
}
