// SPDX-License-Identifier: MIT
// Tasks in a table of an SQL database.
#pragma once

#include "store/store.hpp"
#include "stores/sql/connection.hpp"

#include <memory>
#include <string>

namespace asyncz::stores {

inline constexpr std::string_view default_table = "asyncz_store";

struct SqlStoreOptions {
  std::string table{default_table};
  bool create = false;
};

//   not_found    the tables are not there and `create` is false
//   conflict     there are tables of these names that asyncz did not make
//   failed       a newer asyncz made them
//   and whatever the database gives
Result<std::unique_ptr<Store>> open_sql_store(std::unique_ptr<SqlDatabase> database,
                                              const SqlStoreOptions& options);

}  // namespace asyncz::stores
