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

  // What has changed since the last question.
  Result<Changes> take() { return store_->changes(); }

 private:
  StoreChanges(Store& store, int fd) : store_{&store}, fd_{fd} {}

  Store* store_;
  int fd_;
};

}  // namespace asyncz::cli
