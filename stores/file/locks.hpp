// SPDX-License-Identifier: MIT
// Locks of the kernel (those of open file descriptions), and the short ones round changes:
// bytes of `.asyncz/lock`, which is never removed.
//
// A task's *write byte* is held for microseconds round every change of its file. No child inherits
// any description of this file: who has one can lock all of it.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "stores/file/folder.hpp"
#include "time/instant.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace asyncz::stores {

// FNV-1a of 64 bits; the bytes' offsets in the lock file are made of it.
[[nodiscard]] std::uint64_t id_hash(std::string_view id);
[[nodiscard]] off_t write_byte(std::string_view id);

// A byte that belongs to no task: taken while a worker claims its name.
inline constexpr off_t names_byte = 0;

// Whether the byte was free, and is ours now. Never waits.
[[nodiscard]] bool try_lock(int description, off_t byte);
void unlock(int description, off_t byte);

// The same for the whole of a file.
[[nodiscard]] bool try_lock_file(int description);

// Whether another description has any of the file locked.
[[nodiscard]] bool is_file_locked(int description);

// Unlocks what it has locked.
class HeldByte {
 public:
  HeldByte(int description, off_t byte) : description_{description}, byte_{byte} {}
  HeldByte(HeldByte&& other) noexcept
      : description_{std::exchange(other.description_, -1)}, byte_{other.byte_}
  {
  }
  HeldByte& operator=(HeldByte&&) = delete;
  ~HeldByte()
  {
    if (description_ >= 0) unlock(description_, byte_);
  }

 private:
  int description_;
  off_t byte_;
};

// Takes bytes for one thread: descriptions do not keep the threads that share one apart.
class WriteLocks {
 public:
  explicit WriteLocks(const Folder& folder) : folder_{folder} {}

  // Tries after 1, 2, 4 … 50 ms again, for `patience` in all.
  //   unavailable  somebody else had it all the time
  Result<HeldByte> lock(off_t byte, Duration patience = std::chrono::seconds{10});

 private:
  const Folder& folder_;
  UniqueFd description_;  // opened when first needed
};

}  // namespace asyncz::stores
