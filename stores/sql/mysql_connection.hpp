// SPDX-License-Identifier: MIT
// A session with a MariaDB or MySQL server.
#pragma once

#include "stores/sql/connection.hpp"
#include "stores/sql/mysql.hpp"
#include "stores/sql/mysql_library.hpp"

#include <memory>

namespace asyncz::stores {

//   not_found, denied, unavailable
Result<std::unique_ptr<SqlConnection>> connect_mysql(std::shared_ptr<const MysqlLibrary> library,
                                                     const MysqlOptions& options);

}  // namespace asyncz::stores
