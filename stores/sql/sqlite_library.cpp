// SPDX-License-Identifier: MIT
#include "stores/sql/sqlite_library.hpp"

#include "stores/client_library.hpp"

namespace asyncz::stores {

Result<std::shared_ptr<const SqliteLibrary>> SqliteLibrary::open()
{
  auto library = std::make_shared<SqliteLibrary>();
  void* const handle = open_library(libsqlite3);
  if (handle == nullptr) {
    return Error{ErrorKind::failed, "SQLite's library libsqlite3.so.0 is not installed",
                 "install it (Debian: libsqlite3-0)"};
  }
  Functions functions{handle};
  functions.find(library->bind_blob64, "sqlite3_bind_blob64");
  functions.find(library->bind_int64, "sqlite3_bind_int64");
  functions.find(library->bind_null, "sqlite3_bind_null");
  functions.find(library->bind_text64, "sqlite3_bind_text64");
  functions.find(library->busy_handler, "sqlite3_busy_handler");
  functions.find(library->changes64, "sqlite3_changes64");
  functions.find(library->clear_bindings, "sqlite3_clear_bindings");
  functions.find(library->close, "sqlite3_close_v2");
  functions.find(library->column_blob, "sqlite3_column_blob");
  functions.find(library->column_bytes, "sqlite3_column_bytes");
  functions.find(library->column_int64, "sqlite3_column_int64");
  functions.find(library->error, "sqlite3_errmsg");
  functions.find(library->text_of, "sqlite3_errstr");
  functions.find(library->error_code, "sqlite3_extended_errcode");
  functions.find(library->finalize, "sqlite3_finalize");
  functions.find(library->open_database, "sqlite3_open_v2");
  functions.find(library->prepare, "sqlite3_prepare_v3");
  functions.find(library->reset, "sqlite3_reset");
  functions.find(library->wait, "sqlite3_sleep");
  functions.find(library->step, "sqlite3_step");
  functions.find(library->stmt_readonly, "sqlite3_stmt_readonly");
  if (!functions.complete()) {
    return Error{ErrorKind::failed, "SQLite's library libsqlite3.so.0 is too old",
                 "install SQLite 3.37 or later"};
  }
  return std::shared_ptr<const SqliteLibrary>{std::move(library)};
}

}  // namespace asyncz::stores
