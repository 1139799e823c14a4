// SPDX-License-Identifier: MIT
// SQLite's library, opened when the first such store is: it brings the mathematical one with it,
// which no other command should wait for.
#pragma once

#include "base/result.hpp"

#include <sqlite3.h>

#include <memory>

namespace asyncz::stores {

// What we use of it, each function under its own name without sqlite3_.
struct SqliteLibrary {
  //   failed  it is not installed, or is another one
  static Result<std::shared_ptr<const SqliteLibrary>> open();

  decltype(&::sqlite3_bind_blob64) bind_blob64 = nullptr;
  decltype(&::sqlite3_bind_int64) bind_int64 = nullptr;
  decltype(&::sqlite3_bind_null) bind_null = nullptr;
  decltype(&::sqlite3_bind_text64) bind_text64 = nullptr;
  decltype(&::sqlite3_busy_handler) busy_handler = nullptr;
  decltype(&::sqlite3_changes64) changes64 = nullptr;
  decltype(&::sqlite3_clear_bindings) clear_bindings = nullptr;
  decltype(&::sqlite3_close_v2) close = nullptr;
  decltype(&::sqlite3_column_blob) column_blob = nullptr;
  decltype(&::sqlite3_column_bytes) column_bytes = nullptr;
  decltype(&::sqlite3_column_int64) column_int64 = nullptr;
  decltype(&::sqlite3_errmsg) error = nullptr;
  decltype(&::sqlite3_errstr) text_of = nullptr;
  decltype(&::sqlite3_extended_errcode) error_code = nullptr;
  decltype(&::sqlite3_finalize) finalize = nullptr;
  decltype(&::sqlite3_open_v2) open_database = nullptr;
  decltype(&::sqlite3_prepare_v3) prepare = nullptr;
  decltype(&::sqlite3_reset) reset = nullptr;
  decltype(&::sqlite3_sleep) wait = nullptr;
  decltype(&::sqlite3_step) step = nullptr;
  decltype(&::sqlite3_stmt_readonly) stmt_readonly = nullptr;
};

}  // namespace asyncz::stores
