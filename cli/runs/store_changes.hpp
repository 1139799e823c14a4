// SPDX-License-Identifier: MIT
// What changes in a store, for commands that wait for it.
#pragma once

#include "base/result.hpp"
#include "store/store.hpp"

namespace asyncz::cli {

class StoreChanges {
 public:
  // Begins to watch; `store` outlives it.
  static Result<StoreChanges> of(Store& store)
  {
    const auto fd = store.watch();
    if (!fd) return fd.error();
    return StoreChanges{store, *fd};
  }

  // Readable when something may have changed; -1 where the store has to be asked again and again.
  [[nodiscard]] int fd() const { return fd_; }

  // What has changed since the last question. A command has reserved nothing, so a store that tells
  // of what an object has reserved tells it of nothing: then anything may have changed.
  Result<Changes> take()
  {
    auto changes = store_->changes();
    if (changes && changes->ids.empty()) changes->unknown = true;
    return changes;
  }

 private:
  StoreChanges(Store& store, int fd) : store_{&store}, fd_{fd} {}

  Store* store_;
  int fd_;
};

}  // namespace asyncz::cli
