// SPDX-License-Identifier: MIT
// The kernel's locks on `.asyncz/lock`, which is never removed: two bytes for each task.
//
// A lock belongs to an open file description and ends with the last process that has it. The
// *write byte* is held for microseconds round every change, on a description that no child
// inherits. The *run byte* is the reservation, on a description of its own that the child shares.
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
[[nodiscard]] off_t run_byte(std::string_view id);

// A byte that belongs to no task: taken while a worker claims its name.
inline constexpr off_t names_byte = 0;

// Opens the lock file in `.asyncz` for writing, making it where it is missing: a description of its
// own.
Result<UniqueFd> open_locks(int inner);

// Whether the byte was free, and is ours now. Never waits.
[[nodiscard]] bool try_lock(int description, off_t byte);
void unlock(int description, off_t byte);

// Whether another description has the byte.
[[nodiscard]] bool is_locked(int description, off_t byte);

// The same for the whole of another file.
[[nodiscard]] bool try_lock_file(int description);
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
