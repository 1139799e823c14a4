// SPDX-License-Identifier: MIT
// A number that no other live process has in this store: `.asyncz/workers/N`, locked while it
// lives.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "stores/file/folder.hpp"

#include <cstdint>
#include <mutex>

namespace asyncz::stores {

class Seat {
 public:
  explicit Seat(const Folder& folder) : folder_{folder} {}

  // Takes the lowest free number at the first call. May be called by any thread.
  Result<std::uint32_t> number();
  [[nodiscard]] bool is_taken() const;

  // Holds another number for as long as the descriptor lives; none where somebody has it.
  Result<UniqueFd> borrow(std::uint32_t number) const;

  // Gives the number back.
  void leave();

 private:
  const Folder& folder_;
  mutable std::mutex mutex_;
  std::uint32_t number_ = 0;
  UniqueFd lock_;
};

}  // namespace asyncz::stores
