// SPDX-License-Identifier: MIT
// The client library of MariaDB and MySQL, opened when the first such store is.
#pragma once

#include "base/result.hpp"

#include <mysql.h>

#include <memory>

namespace asyncz::stores {

// What we use of it, each function under its own name without mysql_.
struct MysqlLibrary {
  //   failed  it is not installed, or is another one
  static Result<std::shared_ptr<const MysqlLibrary>> open();

  decltype(&::mysql_close) close = nullptr;
  decltype(&::mysql_errno) error_number = nullptr;
  decltype(&::mysql_error) error = nullptr;
  decltype(&::mysql_fetch_fields) fetch_fields = nullptr;
  decltype(&::mysql_free_result) free_result = nullptr;
  decltype(&::mysql_get_ssl_cipher) get_ssl_cipher = nullptr;
  decltype(&::mysql_init) init = nullptr;
  decltype(&::mysql_num_fields) num_fields = nullptr;
  decltype(&::mysql_options) options = nullptr;
  decltype(&::mysql_real_connect) real_connect = nullptr;
  decltype(&::mysql_real_query) real_query = nullptr;
  decltype(&::mysql_stmt_affected_rows) stmt_affected_rows = nullptr;
  decltype(&::mysql_stmt_attr_set) stmt_attr_set = nullptr;
  decltype(&::mysql_stmt_bind_param) stmt_bind_param = nullptr;
  decltype(&::mysql_stmt_bind_result) stmt_bind_result = nullptr;
  decltype(&::mysql_stmt_close) stmt_close = nullptr;
  decltype(&::mysql_stmt_errno) stmt_error_number = nullptr;
  decltype(&::mysql_stmt_error) stmt_error = nullptr;
  decltype(&::mysql_stmt_execute) stmt_execute = nullptr;
  decltype(&::mysql_stmt_fetch) stmt_fetch = nullptr;
  decltype(&::mysql_stmt_fetch_column) stmt_fetch_column = nullptr;
  decltype(&::mysql_stmt_free_result) stmt_free_result = nullptr;
  decltype(&::mysql_stmt_init) stmt_init = nullptr;
  decltype(&::mysql_stmt_prepare) stmt_prepare = nullptr;
  decltype(&::mysql_stmt_result_metadata) stmt_result_metadata = nullptr;
};

}  // namespace asyncz::stores
