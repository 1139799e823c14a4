// SPDX-License-Identifier: MIT
// Signals that ask us to end, read from a descriptor, for commands that wait.
#pragma once

#include "base/unique_fd.hpp"

#include <signal.h>

#include <optional>

namespace asyncz::cli {

// Takes SIGINT, SIGTERM and SIGHUP over for as long as it lives.
class Interruption {
 public:
  Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  // Readable when one has come.
  [[nodiscard]] int fd() const { return fd_.get(); }

  // Which one, or nothing.
  [[nodiscard]] std::optional<int> signal() const;

 private:
  sigset_t before_{};
  UniqueFd fd_;
};

}  // namespace asyncz::cli
