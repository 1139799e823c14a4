// SPDX-License-Identifier: MIT
#include "stores/file/seat.hpp"

#include "stores/file/disk.hpp"
#include "stores/file/locks.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace asyncz::stores {

Result<std::uint32_t> Seat::number()
{
  const std::lock_guard lock{mutex_};
  if (lock_) return number_;
  const auto workers = folder_.inner("workers", true);
  if (!workers) return workers.error();
  for (std::uint32_t number = 1;; ++number) {
    const auto name = std::to_string(number);
    auto file = open_regular(workers->get(), name, O_RDWR | O_CREAT);
    if (!file && file.error().kind != ErrorKind::corrupt) return file.error();
    if (!file || !try_lock_file(file->get())) continue;
    ::unlinkat(workers->get(), (name + ".note").c_str(), 0);  // of one who died
    number_ = number;
    lock_ = *std::move(file);
    return number_;
  }
}

Result<UniqueFd> Seat::borrow(std::uint32_t number) const
{
  const auto workers = folder_.inner("workers", true);
  if (!workers) return workers.error();
  auto file = open_regular(workers->get(), std::to_string(number), O_RDWR | O_CREAT);
  if (!file || try_lock_file(file->get())) return file;
  return UniqueFd{};
}

bool Seat::is_taken() const
{
  const std::lock_guard lock{mutex_};
  return bool{lock_};
}

void Seat::leave()
{
  const std::lock_guard lock{mutex_};
  lock_.reset();
}

}  // namespace asyncz::stores
