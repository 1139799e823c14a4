// SPDX-License-Identifier: MIT
#include "stores/sql/sqlite_connection.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <string_view>
#include <unordered_map>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr int most_waits = 10'000;            // of a millisecond, for whoever has the lock
constexpr std::size_t most_statements = 100;  // that are kept prepared

// Waits that grow, as SQLite's own do, leave one of several writers behind for seconds.
int wait_for_lock(void*, int waits)
{
  if (waits >= most_waits) return 0;
  sqlite3_sleep(1);
  return 1;
}

ErrorKind kind_of(int code)
{
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
      return ErrorKind::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::corrupt;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return ErrorKind::denied;
    default:
      return ErrorKind::failed;
  }
}

class Statement final : public SqlRow {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_{statement} {}
  [[nodiscard]] sqlite3_stmt* get() const { return statement_.get(); }

  void bind(const SqlValues& values)
  {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto place = static_cast<int>(i + 1);
      if (const auto* number = std::get_if<std::int64_t>(&values[i])) {
        sqlite3_bind_int64(get(), place, *number);
      } else if (const auto* text = std::get_if<std::string_view>(&values[i])) {
        sqlite3_bind_text64(get(), place, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
      } else if (const auto* bytes = std::get_if<ByteView>(&values[i])) {
        const void* const begin = bytes->empty() ? "" : static_cast<const void*>(bytes->data());
        sqlite3_bind_blob64(get(), place, begin, bytes->size(), SQLITE_STATIC);
      } else {
        sqlite3_bind_null(get(), place);
      }
    }
  }

  // Ends it, so that it holds no lock and borrows nothing.
  void reset()
  {
    sqlite3_reset(get());
    sqlite3_clear_bindings(get());
  }

  std::int64_t number(std::size_t column) const override
  {
    return sqlite3_column_int64(get(), static_cast<int>(column));
  }
  std::string_view text(std::size_t column) const override
  {
    const auto place = static_cast<int>(column);
    const auto* const begin = static_cast<const char*>(sqlite3_column_blob(get(), place));
    if (begin == nullptr) return {};
    return {begin, static_cast<std::size_t>(sqlite3_column_bytes(get(), place))};
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class SqliteConnection final : public SqlConnection {
 public:
  SqliteConnection(sqlite3* database, std::string path)
      : database_{database}, path_{std::move(path)}
  {
    sqlite3_busy_handler(database_.get(), wait_for_lock, nullptr);
  }

  Result<std::size_t> run(const std::string& statement, const SqlValues& values,
                          const EachRow& each) override;
  Result<std::vector<std::size_t>> run_all(std::span<const SqlStep> steps) override;
  Status begin() override { return said(run("BEGIN IMMEDIATE", {}, {})); }
  Status commit() override { return said(run("COMMIT", {}, {})); }
  void rollback() override { static_cast<void>(run("ROLLBACK", {}, {})); }
  bool is_lost() const override { return false; }

 private:
  static Status said(const Result<std::size_t>& done) { return done ? Status{} : done.error(); }
  Result<Statement*> prepared(const std::string& text);
  [[nodiscard]] Error last_error() const;

  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
  std::unordered_map<std::string, Statement> statements_;
};

Error SqliteConnection::last_error() const
{
  const auto kind = kind_of(sqlite3_extended_errcode(database_.get()));
  return {kind, fmt::format("'{}': {}", printable(path_), sqlite3_errmsg(database_.get())),
          kind == ErrorKind::corrupt ? "restore a copy of the file" : ""};
}

Result<Statement*> SqliteConnection::prepared(const std::string& text)
{
  if (const auto known = statements_.find(text); known != statements_.end()) return &known->second;
  if (statements_.size() >= most_statements) statements_.clear();
  sqlite3_stmt* made = nullptr;
  const auto code = sqlite3_prepare_v3(database_.get(), text.data(), static_cast<int>(text.size()),
                                       SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) return last_error();
  return &statements_.try_emplace(text, made).first->second;
}

Result<std::size_t> SqliteConnection::run(const std::string& text, const SqlValues& values,
                                          const EachRow& each)
{
  const auto found = prepared(text);
  if (!found) return found.error();
  auto& statement = **found;
  statement.bind(values);
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) {
    if (each) each(statement);
  }
  // What the last statement changed: only one that can change anything sets it anew.
  const bool changes = sqlite3_stmt_readonly(statement.get()) == 0;
  Result<std::size_t> result =
      changes ? static_cast<std::size_t>(sqlite3_changes64(database_.get())) : 0;
  if (code != SQLITE_DONE) result = last_error();
  statement.reset();
  return result;
}

Result<std::vector<std::size_t>> SqliteConnection::run_all(std::span<const SqlStep> steps)
{
  const bool alone = steps.size() == 1;
  std::vector<std::size_t> changed;
  if (!alone) {
    if (auto begun = begin(); !begun) return begun.error();
  }
  for (const auto& step : steps) {
    const auto done = run(step.statement, step.values, {});
    if (!done) {
      if (!alone) rollback();
      return done.error();
    }
    changed.push_back(*done);
  }
  if (alone) return changed;
  if (auto done = commit(); !done) {
    rollback();
    return done.error();
  }
  return changed;
}

}  // namespace

Result<std::unique_ptr<SqlConnection>> connect_sqlite(const std::string& path, bool synced)
{
  sqlite3* database = nullptr;
  const auto code = sqlite3_open_v2(path.c_str(), &database,
                                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  auto connection = std::make_unique<SqliteConnection>(database, path);
  if (code != SQLITE_OK) {
    return Error{kind_of(code),
                 fmt::format("cannot open '{}': {}", printable(path), sqlite3_errstr(code)),
                 {}};
  }
  const auto* const pace = synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
  for (const auto* pragma : {"PRAGMA journal_mode = WAL", pace, "PRAGMA trusted_schema = OFF"}) {
    if (auto done = connection->run(pragma, {}, {}); !done) return done.error();
  }
  return std::unique_ptr<SqlConnection>{std::move(connection)};
}

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace asyncz::stores
