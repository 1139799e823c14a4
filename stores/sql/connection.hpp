// SPDX-License-Identifier: MIT
// What the SQL store needs of a database: connections, statements with values bound to them, rows.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace asyncz::stores {

// What is bound to a `?` of a statement. Text and bytes are borrowed until the statement has run.
using SqlValue = std::variant<std::nullptr_t, std::int64_t, std::string_view, ByteView>;
using SqlValues = std::vector<SqlValue>;

// A row of a result. What it gives lasts until the next row.
class SqlRow {
 public:
  [[nodiscard]] virtual std::int64_t number(std::size_t column) const = 0;
  [[nodiscard]] virtual std::string_view text(std::size_t column) const = 0;
  [[nodiscard]] ByteView bytes(std::size_t column) const { return bytes_of(text(column)); }

 protected:
  ~SqlRow() = default;
};

using EachRow = std::function<void(const SqlRow&)>;

struct SqlStep {
  std::string statement;
  SqlValues values;
};

// One session with a database, for one thread at a time. Every member may fail with
//   unavailable  no answer within the timeout, or the database is locked or full
//   denied       credentials or permissions
//   corrupt      the database is damaged
//   conflict     another transaction was in the way: nothing was changed, and it may be tried again
//   failed       whatever else it says
// and never shows a password.
class SqlConnection {
 public:
  SqlConnection() = default;
  SqlConnection(const SqlConnection&) = delete;
  SqlConnection& operator=(const SqlConnection&) = delete;
  virtual ~SqlConnection() = default;

  // Runs one statement; by itself it is one transaction. How many rows it changed.
  virtual Result<std::size_t> run(const std::string& statement, const SqlValues& values,
                                  const EachRow& each) = 0;

  // Runs all of them in one transaction, or none; what each changed. By default one by one.
  virtual Result<std::vector<std::size_t>> run_all(std::span<const SqlStep> steps);

  virtual Status begin() = 0;
  virtual Status commit() = 0;
  virtual void rollback() = 0;

  // It is of no use any more; what it was doing last may have been done.
  [[nodiscard]] virtual bool is_lost() const = 0;
};

// Tells that something may have changed in a database.
class SqlWatch {
 public:
  SqlWatch() = default;
  SqlWatch(const SqlWatch&) = delete;
  SqlWatch& operator=(const SqlWatch&) = delete;
  virtual ~SqlWatch() = default;

  // Becomes readable when something may have changed; the same one for the watch's life.
  [[nodiscard]] virtual int fd() const = 0;
  // Empties it; never waits.
  virtual void clear() = 0;
};

enum class SqlKind : std::uint8_t { sqlite, postgresql, mysql };

// A database, and the way to it.
class SqlDatabase {
 public:
  SqlDatabase() = default;
  SqlDatabase(const SqlDatabase&) = delete;
  SqlDatabase& operator=(const SqlDatabase&) = delete;
  virtual ~SqlDatabase() = default;

  [[nodiscard]] virtual SqlKind kind() const = 0;

  // `synced`: what it commits is on the disk at once; else when the next synced one commits, but it
  // survives the death of this process.
  virtual Result<std::unique_ptr<SqlConnection>> connect(bool synced) = 0;

  // `channel`: whom those announce to who change what is watched.
  virtual Result<std::unique_ptr<SqlWatch>> watch(const std::string& channel) = 0;

  virtual Result<std::vector<Store::Trait>> examine(SqlConnection& connection) = 0;
};

}  // namespace asyncz::stores
