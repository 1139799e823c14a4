// SPDX-License-Identifier: MIT
// PostgreSQL, through libpq.
#pragma once

#include "base/result.hpp"
#include "stores/sql/connection.hpp"

#include <memory>
#include <optional>
#include <string>

namespace asyncz::stores {

struct PostgresqlOptions {
  std::string url;                              // as libpq reads it, or empty: its defaults
  std::string database;                         // if not in the URL
  std::optional<std::string> password;          // instead of what libpq finds itself
  Duration timeout = std::chrono::seconds{10};  // of an answer; a connection has half of it
};

// Connects to nothing yet.
//   failed  the client library is missing
//   usage   the URL cannot be read
Result<std::unique_ptr<SqlDatabase>> open_postgresql(const PostgresqlOptions& options);

}  // namespace asyncz::stores
