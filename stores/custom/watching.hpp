// SPDX-License-Identifier: MIT
// A helper process that does nothing but tell of changes.
#pragma once

#include "store/store.hpp"
#include "stores/custom/helpers.hpp"

#include <memory>

namespace asyncz::stores {

// Of the claim lane (store.hpp).
class Watching {
 public:
  explicit Watching(Helpers& helpers) : helpers_{helpers} {}

  // The descriptor stays the same for ever, also when the helper is started anew.
  Result<int> watch();
  Result<Changes> changes();

  // Whether nobody tells of changes at the moment, although watch() was called.
  [[nodiscard]] bool has_been_lost() const { return any_ && !helper_; }

 private:
  Status begin();

  Helpers& helpers_;
  std::unique_ptr<Helper> helper_;
  UniqueFd any_;  // epoll(7): readable when the helper's output is
};

}  // namespace asyncz::stores
