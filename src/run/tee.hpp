// SPDX-License-Identifier: MIT
// What a run in the foreground prints: passed on to our own output as it comes, and kept in its
// log.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <array>
#include <memory>
#include <thread>

namespace asyncz {

class Tee {
 public:
  // Keeps a copy of both streams in `log`, which is borrowed; below 0: none.
  //   failed  no descriptors are left
  static Result<std::unique_ptr<Tee>> open(int log);
  Tee(const Tee&) = delete;
  Tee& operator=(const Tee&) = delete;
  ~Tee() { finish(); }

  // For the child: what it has as its standard output and error.
  [[nodiscard]] int output() const { return streams_[0].child.get(); }
  [[nodiscard]] int error() const { return streams_[1].child.get(); }

  // The child has them.
  void started();
  // The child has ended: passes on what it has printed until now, and nothing of what others print
  // that it has left behind.
  void finish();

 private:
  struct Stream {
    UniqueFd child;
    UniqueFd ours;
    int to = -1;
  };

  explicit Tee(int log) : log_{log} {}
  void pass_on();
  void drain(Stream& stream);

  int log_;
  std::array<Stream, 2> streams_;
  UniqueFd end_;
  std::jthread thread_;
};

}  // namespace asyncz
