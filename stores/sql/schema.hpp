// SPDX-License-Identifier: MIT
// The tables of an SQL store: made at its first use, brought up to date by a newer asyncz.
#pragma once

#include "base/result.hpp"
#include "stores/sql/connection.hpp"
#include "stores/sql/statements.hpp"

#include <cstdint>

namespace asyncz::stores {

inline constexpr std::int64_t schema_version = 1;

// Sees to it that the tables are there and as this asyncz knows them. Touches no other table.
//   not_found  they are not there and `create` is false
//   conflict   there is a table of this name that asyncz did not make
//   failed     a newer asyncz made them
Status open_schema(SqlConnection& connection, const SqlStatements& sql, bool create);

// Makes the table for what cannot be read, where it is missing.
Status open_unreadable(SqlConnection& connection, const SqlStatements& sql);

}  // namespace asyncz::stores
