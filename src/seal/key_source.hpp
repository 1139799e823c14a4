// SPDX-License-Identifier: MIT
// Where the keys of a store come from.
#pragma once

#include "base/result.hpp"
#include "seal/key.hpp"

#include <memory>

namespace asyncz {

// The keys of a store. Asked again when a record names a key that is not known, since another
// process may have rotated it.
class KeySource {
 public:
  virtual ~KeySource() = default;
  // What the sources say now. Null: the store is not sealed.
  virtual Result<std::shared_ptr<const Keyring>> load() = 0;
};

}  // namespace asyncz
