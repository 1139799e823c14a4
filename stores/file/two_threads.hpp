// SPDX-License-Identifier: MIT
// Work on many files, which mostly waits for the kernel, by two threads.
#pragma once

#include <cstddef>
#include <system_error>
#include <thread>

namespace asyncz::stores {

inline constexpr std::size_t many_files = 1000;  // for which another thread is worth its start

// Does work(0) and work(1) at the same time, or in turn where no thread is to be had.
template <class Work>
void in_two_threads(const Work& work)
{
  try {
    const std::jthread other{[&] { work(0); }};
    work(1);
  } catch (const std::system_error&) {
    work(0);
    work(1);
  }
}

// Does work(begin, end) for all of 0 … `count`, in halves at the same time where they are many.
template <class Work>
void in_halves(std::size_t count, const Work& work)
{
  if (count < many_files) return work(0, count);
  in_two_threads([&](int half) {
    const auto middle = count / 2;
    half == 0 ? work(0, middle) : work(middle, count);
  });
}

}  // namespace asyncz::stores
