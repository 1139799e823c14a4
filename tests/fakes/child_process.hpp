// SPDX-License-Identifier: MIT
// A forked copy of the test that does one thing and then waits to be ended.
#pragma once

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace asyncz::fakes {

class ChildProcess {
 public:
  // What a child says is read by its parent.
  using Say = std::function<void(std::string_view line)>;

  // Runs `body` in a child, which then waits for its end; it is killed with this object.
  explicit ChildProcess(const std::function<void(const Say&)>& body)
  {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ < 0) std::abort();
    if (pid_ == 0) {
      ::close(ends[0]);
      body([&](std::string_view line) {
        const auto text = std::string{line} + "\n";
        if (::write(ends[1], text.data(), text.size()) < 0) ::_exit(1);
      });
      ::close(ends[1]);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    from_ = ends[0];
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess()
  {
    kill();
    ::close(from_);
  }

  [[nodiscard]] int pid() const { return pid_; }

  // The next line that the child says; empty when it is done.
  std::string line()
  {
    std::string line;
    char byte = 0;
    while (::read(from_, &byte, 1) == 1 && byte != '\n') line += byte;
    return line;
  }

  void kill()
  {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }

 private:
  int pid_ = 0;
  int from_ = -1;
};

}  // namespace asyncz::fakes
