// SPDX-License-Identifier: MIT
// SQLite: a database in one file of ours.
#pragma once

#include "base/result.hpp"
#include "stores/sql/connection.hpp"

#include <memory>
#include <string>

namespace asyncz::stores {

// `path` is absolute. The file, and what SQLite keeps beside it, is made with mode 0600.
//   not_found  there is no such file and `create` is false
//   denied     it belongs to another user, or is open to others
//   corrupt    it is no file, or a link
Result<std::unique_ptr<SqlDatabase>> open_sqlite(const std::string& path, bool create);

}  // namespace asyncz::stores
