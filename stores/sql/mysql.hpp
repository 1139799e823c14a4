// SPDX-License-Identifier: MIT
// MariaDB and MySQL, through MariaDB's client library.
#pragma once

#include "base/result.hpp"
#include "stores/sql/connection.hpp"

#include <memory>
#include <optional>
#include <string>

namespace asyncz::stores {

// How a connection is protected: TLS where it is wanted, with files in PEM.
struct MysqlTls {
  bool required = false;
  bool verified = false;  // the server's certificate is for this host, and by the authority
  std::string authority;
  std::string certificate;  // our own
  std::string key;
};

// What is empty is taken from the [client] section of ~/.my.cnf, else from the library's defaults.
struct MysqlOptions {
  std::string host;
  int port = 0;
  std::string socket;
  std::string user;
  std::optional<std::string> password;
  std::string database;
  MysqlTls tls;
  Duration timeout = std::chrono::seconds{10};  // of an answer; a connection has half of it
};

// Connects to nothing yet.
//   failed  the client library is missing
Result<std::unique_ptr<SqlDatabase>> open_mysql(const MysqlOptions& options);

}  // namespace asyncz::stores
