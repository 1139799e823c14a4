// SPDX-License-Identifier: MIT
// How the threads of a worker hand values to each other.
#pragma once

#include "base/unique_fd.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace asyncz {

// Any number of threads put, one takes. Its descriptor is readable while something is inside.
template <class T>
class Mailbox {
 public:
  Mailbox() : event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {}

  void put(T letter)
  {
    const std::lock_guard lock{mutex_};
    const bool first = letters_.empty();
    letters_.push_back(std::move(letter));
    const std::uint64_t one = 1;
    // Under the lock: after a take() in between it would stay readable with nothing inside.
    if (first) static_cast<void>(::write(event_.get(), &one, sizeof one) < 0);
  }

  // Everything that is inside; never waits.
  std::vector<T> take()
  {
    std::vector<T> letters;
    const std::lock_guard lock{mutex_};
    if (letters_.empty()) return letters;
    std::uint64_t count = 0;
    static_cast<void>(::read(event_.get(), &count, sizeof count) < 0);
    letters.swap(letters_);
    return letters;
  }

  [[nodiscard]] int fd() const { return event_.get(); }

 private:
  UniqueFd event_;
  std::mutex mutex_;
  std::vector<T> letters_;
};

// For std::visit over what a mailbox holds.
template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace asyncz
