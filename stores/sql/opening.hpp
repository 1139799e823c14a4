// SPDX-License-Identifier: MIT
// From the URL of an SQL store to the store.
#pragma once

#include "stores/registry.hpp"

#include <memory>

namespace asyncz::stores {

// Errors are those of open_store().
Result<std::unique_ptr<Store>> open_sqlite_store(const Opening& opening);
Result<std::unique_ptr<Store>> open_postgresql_store(const Opening& opening);
Result<std::unique_ptr<Store>> open_mysql_store(const Opening& opening);

}  // namespace asyncz::stores
