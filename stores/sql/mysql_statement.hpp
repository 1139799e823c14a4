// SPDX-License-Identifier: MIT
// A statement that a MariaDB or MySQL server has prepared.
#pragma once

#include "stores/sql/connection.hpp"
#include "stores/sql/mysql_library.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores {

// What this number of an error means: that the connection is of no use any more; or else.
[[nodiscard]] bool is_lost_mysql(unsigned code);
[[nodiscard]] Error mysql_said(unsigned code, std::string_view message);

// And the row that it has fetched. Where a member gives false, error() tells why.
class MysqlStatement final : public SqlRow {
 public:
  MysqlStatement(std::shared_ptr<const MysqlLibrary> library, MYSQL_STMT* statement)
      : library_{std::move(library)}, statement_{statement}
  {
  }
  MysqlStatement(const MysqlStatement&) = delete;
  MysqlStatement& operator=(const MysqlStatement&) = delete;
  ~MysqlStatement() { library_->stmt_close(statement_); }

  bool prepare(const std::string& text);
  bool execute(const SqlValues& values);
  bool fetch_all(const EachRow& each);

  // Executes it with each of these values, which are of the same types, in one round trip.
  bool execute_all(std::span<const SqlValues* const> values);
  // Whether that failed because the server cannot.
  [[nodiscard]] bool lacks_bulk() const;

  [[nodiscard]] Error error() const;
  [[nodiscard]] bool is_lost() const;
  // How many rows it changed.
  [[nodiscard]] std::size_t changed() const;

  std::int64_t number(std::size_t column) const override;
  std::string_view text(std::size_t column) const override { return columns_[column]; }

 private:
  bool fetch(std::size_t column, unsigned long length);
  bool execute_bound(std::vector<MYSQL_BIND>& places, unsigned rows);

  std::shared_ptr<const MysqlLibrary> library_;
  MYSQL_STMT* statement_;
  std::vector<std::string> columns_;
};

}  // namespace asyncz::stores
