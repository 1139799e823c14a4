// SPDX-License-Identifier: MIT
#include "stores/file/locks.hpp"

#include "base/hash.hpp"
#include "stores/file/disk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace asyncz::stores {
namespace {

struct flock whole_or_byte(off_t byte, off_t length)
{
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = length;
  return lock;
}

bool try_range(int description, struct flock lock)
{
  return ::fcntl(description, F_OFD_SETLK, &lock) == 0;
}

}  // namespace

std::uint64_t id_hash(std::string_view id) { return fnv1a(bytes_of(id)); }

// Offset 0 is nobody's; an off_t is signed.
off_t write_byte(std::string_view id) { return static_cast<off_t>((id_hash(id) >> 2U) + 1); }

bool try_lock(int description, off_t byte)
{
  return try_range(description, whole_or_byte(byte, 1));
}

void unlock(int description, off_t byte)
{
  auto lock = whole_or_byte(byte, 1);
  lock.l_type = F_UNLCK;
  ::fcntl(description, F_OFD_SETLK, &lock);
}

bool try_lock_file(int description) { return try_range(description, whole_or_byte(0, 0)); }

bool is_file_locked(int description)
{
  auto lock = whole_or_byte(0, 0);
  return ::fcntl(description, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

Result<HeldByte> WriteLocks::lock(off_t byte, Duration patience)
{
  using std::chrono::milliseconds;
  if (!description_) {
    const auto inner = folder_.inner({}, true);
    if (!inner) return inner.error();
    auto opened = open_regular(inner->get(), "lock", O_RDWR | O_CREAT);
    if (!opened) return opened.error();
    description_ = *std::move(opened);
  }
  Duration pause = milliseconds{1};
  for (auto waited = Duration::zero();; waited += pause) {
    if (try_lock(description_.get(), byte)) return HeldByte{description_.get(), byte};
    if (waited >= patience) break;
    pause = std::min<Duration>(waited == Duration::zero() ? pause : 2 * pause, milliseconds{50});
    wait_for(pause);
  }
  return Error{ErrorKind::unavailable, "the store's lock is held by another process",
               "a stopped asyncz process may hold it"};
}

}  // namespace asyncz::stores
