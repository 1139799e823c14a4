// SPDX-License-Identifier: MIT
#include "run/mailbox.hpp"

#include <doctest/doctest.h>

#include <poll.h>

#include <atomic>
#include <thread>

using namespace asyncz;

namespace {

bool is_readable(int fd)
{
  pollfd polled{fd, POLLIN, 0};
  return ::poll(&polled, 1, 0) > 0;
}

}  // namespace

TEST_CASE("a mailbox that is empty keeps nobody awake, however putting and taking met")
{
  constexpr int rounds = 1000;
  Mailbox<int> box;
  std::atomic<int> begun = 0;
  std::atomic<int> put = 0;
  int awake = 0;
  const std::jthread putter{[&] {
    for (int i = 1; i <= rounds; ++i) {
      begun.wait(i - 1);
      box.put(i);
      put = i;
      put.notify_one();
    }
  }};
  for (int i = 1; i <= rounds; ++i) {
    begun = i;
    begun.notify_one();
    while (box.take().empty()) std::this_thread::yield();
    put.wait(i - 1);
    box.take();
    awake += is_readable(box.fd()) ? 1 : 0;
  }
  CHECK(awake == 0);
}
