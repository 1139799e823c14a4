// SPDX-License-Identifier: MIT
// A connection of SQLite, which is a handle on the file.
#pragma once

#include "base/result.hpp"
#include "stores/sql/connection.hpp"

#include <memory>
#include <string>

namespace asyncz::stores {

// `path` is there, and a database or empty.
Result<std::unique_ptr<SqlConnection>> connect_sqlite(const std::string& path, bool synced);

}  // namespace asyncz::stores
