// SPDX-License-Identifier: MIT
// From the URL of a MongoDB store to the store.
#pragma once

#include "stores/registry.hpp"

#include <memory>

namespace asyncz::stores {

// For `mongodb:` and `mongodb+srv:`. Errors are those of open_store().
Result<std::unique_ptr<Store>> open_mongo(const Opening& opening);

}  // namespace asyncz::stores
