// SPDX-License-Identifier: MIT
#include "stores/sql/mysql_library.hpp"

#include "stores/client_library.hpp"

namespace asyncz::stores {

Result<std::shared_ptr<const MysqlLibrary>> MysqlLibrary::open()
{
  auto library = std::make_shared<MysqlLibrary>();
  void* const handle = open_library(libmariadb);
  if (handle == nullptr) {
    return Error{ErrorKind::failed, "MariaDB's client library libmariadb.so.3 is not installed",
                 "install it (Debian: libmariadb3); it serves MySQL as well"};
  }
  Functions functions{handle};
  functions.find(library->close, "mysql_close");
  functions.find(library->error_number, "mysql_errno");
  functions.find(library->error, "mysql_error");
  functions.find(library->fetch_fields, "mysql_fetch_fields");
  functions.find(library->free_result, "mysql_free_result");
  functions.find(library->get_ssl_cipher, "mysql_get_ssl_cipher");
  functions.find(library->init, "mysql_init");
  functions.find(library->num_fields, "mysql_num_fields");
  functions.find(library->options, "mysql_options");
  functions.find(library->real_connect, "mysql_real_connect");
  functions.find(library->real_query, "mysql_real_query");
  functions.find(library->stmt_affected_rows, "mysql_stmt_affected_rows");
  functions.find(library->stmt_attr_set, "mysql_stmt_attr_set");
  functions.find(library->stmt_bind_param, "mysql_stmt_bind_param");
  functions.find(library->stmt_bind_result, "mysql_stmt_bind_result");
  functions.find(library->stmt_close, "mysql_stmt_close");
  functions.find(library->stmt_error_number, "mysql_stmt_errno");
  functions.find(library->stmt_error, "mysql_stmt_error");
  functions.find(library->stmt_execute, "mysql_stmt_execute");
  functions.find(library->stmt_fetch, "mysql_stmt_fetch");
  functions.find(library->stmt_fetch_column, "mysql_stmt_fetch_column");
  functions.find(library->stmt_free_result, "mysql_stmt_free_result");
  functions.find(library->stmt_init, "mysql_stmt_init");
  functions.find(library->stmt_prepare, "mysql_stmt_prepare");
  functions.find(library->stmt_result_metadata, "mysql_stmt_result_metadata");
  if (!functions.complete()) {
    return Error{ErrorKind::failed, "MariaDB's client library libmariadb.so.3 is too old",
                 "install that of MariaDB 10.6 or later"};
  }
  return std::shared_ptr<const MysqlLibrary>{std::move(library)};
}

}  // namespace asyncz::stores
