// SPDX-License-Identifier: MIT
#include "stores/sql/sqlite_connection.hpp"

#include "base/text.hpp"
#include "stores/sql/sqlite_library.hpp"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr int most_waits = 10'000;            // of a millisecond, for whoever has the lock
constexpr std::size_t most_statements = 100;  // that are kept prepared

// Waits that grow, as SQLite's own do, leave one of several writers behind for seconds.
int wait_for_lock(void* library, int waits)
{
  if (waits >= most_waits) return 0;
  static_cast<const SqliteLibrary*>(library)->wait(1);
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

std::string_view hint_of(int code)
{
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program writes to it: wait for that, or end it";
    case SQLITE_FULL:
      return "make room on its disk";
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return "does its disk work, and is its folder there?";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "restore a copy of the file";
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return "the file, its folder and its disk have to be writable";
    default:
      return {};
  }
}

class Statement final : public SqlRow {
 public:
  Statement(const SqliteLibrary& library, sqlite3_stmt* statement)
      : library_{library}, statement_{statement}
  {
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { library_.finalize(statement_); }

  [[nodiscard]] sqlite3_stmt* get() const { return statement_; }

  void bind(const SqlValues& values)
  {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto place = static_cast<int>(i + 1);
      if (const auto* number = std::get_if<std::int64_t>(&values[i])) {
        library_.bind_int64(get(), place, *number);
      } else if (const auto* text = std::get_if<std::string_view>(&values[i])) {
        library_.bind_text64(get(), place, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
      } else if (const auto* bytes = std::get_if<ByteView>(&values[i])) {
        const void* const begin = bytes->empty() ? "" : static_cast<const void*>(bytes->data());
        library_.bind_blob64(get(), place, begin, bytes->size(), SQLITE_STATIC);
      } else {
        library_.bind_null(get(), place);
      }
    }
  }

  // Ends it, so that it holds no lock and borrows nothing.
  void reset()
  {
    library_.reset(get());
    library_.clear_bindings(get());
  }

  std::int64_t number(std::size_t column) const override
  {
    return library_.column_int64(get(), static_cast<int>(column));
  }
  std::string_view text(std::size_t column) const override
  {
    const auto place = static_cast<int>(column);
    const auto* const begin = static_cast<const char*>(library_.column_blob(get(), place));
    if (begin == nullptr) return {};
    return {begin, static_cast<std::size_t>(library_.column_bytes(get(), place))};
  }

 private:
  const SqliteLibrary& library_;
  sqlite3_stmt* statement_;
};

class SqliteConnection final : public SqlConnection {
 public:
  // Takes the database over.
  SqliteConnection(std::shared_ptr<const SqliteLibrary> library, sqlite3* database,
                   std::string path)
      : library_{std::move(library)}, database_{database}, path_{std::move(path)}
  {
  }
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection() override { library_->close(database_); }  // once no statement is left

  Result<std::size_t> run(const std::string& statement, const SqlValues& values,
                          const EachRow& each) override;
  Status begin() override { return said(run("BEGIN IMMEDIATE", {}, {})); }
  Status commit() override { return said(run("COMMIT", {}, {})); }
  void rollback() override { static_cast<void>(run("ROLLBACK", {}, {})); }
  bool is_lost() const override { return false; }

  // Sees to it that the database has a write-ahead log. Before all else.
  Status begin_log();

 private:
  static Status said(const Result<std::size_t>& done) { return done ? Status{} : done.error(); }
  Result<Statement*> prepared(const std::string& text);
  [[nodiscard]] Error last_error() const;

  std::shared_ptr<const SqliteLibrary> library_;
  sqlite3* database_;
  std::string path_;
  std::unordered_map<std::string, Statement> statements_;
};

Error SqliteConnection::last_error() const
{
  const auto code = library_->error_code(database_);
  return {kind_of(code), fmt::format("'{}': {}", printable(path_), library_->error(database_)),
          std::string{hint_of(code)}};
}

Result<Statement*> SqliteConnection::prepared(const std::string& text)
{
  if (const auto known = statements_.find(text); known != statements_.end()) return &known->second;
  if (statements_.size() >= most_statements) statements_.clear();
  sqlite3_stmt* made = nullptr;
  const auto code = library_->prepare(database_, text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) return last_error();
  return &statements_.try_emplace(text, *library_, made).first->second;
}

Result<std::size_t> SqliteConnection::run(const std::string& text, const SqlValues& values,
                                          const EachRow& each)
{
  const auto found = prepared(text);
  if (!found) return found.error();
  auto& statement = **found;
  statement.bind(values);
  int code = SQLITE_ROW;
  while ((code = library_->step(statement.get())) == SQLITE_ROW) {
    if (each) each(statement);
  }
  // What the last statement changed: only one that can change anything sets it anew.
  const bool changes = library_->stmt_readonly(statement.get()) == 0;
  Result<std::size_t> result =
      changes ? static_cast<std::size_t>(library_->changes64(database_)) : 0;
  if (code != SQLITE_DONE) result = last_error();
  statement.reset();
  return result;
}

// Of several that do this to a new database at once, SQLite asks the handler for none that has read
// it already and is to write now: they would wait for each other.
Status SqliteConnection::begin_log()
{
  auto begun = run("PRAGMA journal_mode = WAL", {}, {});
  for (int waits = 0; !begun && waits < most_waits; ++waits) {
    if ((library_->error_code(database_) & 0xff) != SQLITE_BUSY) break;
    library_->wait(1);
    begun = run("PRAGMA journal_mode = WAL", {}, {});
  }
  library_->busy_handler(database_, wait_for_lock, const_cast<SqliteLibrary*>(library_.get()));
  return said(begun);
}

}  // namespace

Result<std::unique_ptr<SqlConnection>> connect_sqlite(const std::string& path, bool synced)
{
  auto library = SqliteLibrary::open();
  if (!library) return library.error();
  sqlite3* database = nullptr;
  const auto code = (*library)->open_database(path.c_str(), &database,
                                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  auto connection = std::make_unique<SqliteConnection>(*library, database, path);
  if (code != SQLITE_OK) {
    return Error{kind_of(code),
                 fmt::format("cannot open '{}': {}", printable(path), (*library)->text_of(code)),
                 {}};
  }
  const auto* const pace = synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
  if (auto begun = connection->begin_log(); !begun) return begun.error();
  for (const auto* pragma : {pace, "PRAGMA trusted_schema = OFF"}) {
    if (auto done = connection->run(pragma, {}, {}); !done) return done.error();
  }
  return std::unique_ptr<SqlConnection>{std::move(connection)};
}

}  // namespace asyncz::stores
