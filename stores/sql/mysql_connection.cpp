// SPDX-License-Identifier: MIT
#include "stores/sql/mysql_connection.hpp"

#include "base/text.hpp"

#include <errmsg.h>
#include <fmt/format.h>
#include <mysqld_error.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace asyncz::stores {
namespace {

constexpr std::size_t most_statements = 100;  // that are kept prepared

bool is_lost_code(unsigned code)
{
  return (code >= CR_MIN_ERROR && code <= CR_MAX_ERROR) || code == ER_SERVER_SHUTDOWN ||
         code == ER_CONNECTION_KILLED;
}

ErrorKind kind_of(unsigned code)
{
  if (is_lost_code(code)) return ErrorKind::unavailable;
  switch (code) {
    case ER_LOCK_DEADLOCK:
      return ErrorKind::conflict;
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_CON_COUNT_ERROR:
    case ER_DISK_FULL:
    case ER_RECORD_FILE_FULL:
    case ER_OPTION_PREVENTS_STATEMENT:
      return ErrorKind::unavailable;
    case ER_ACCESS_DENIED_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_HOST_NOT_PRIVILEGED:
      return ErrorKind::denied;
    case ER_BAD_DB_ERROR:
    case ER_NO_DB_ERROR:
      return ErrorKind::not_found;
    case ER_NOT_KEYFILE:
    case ER_CRASHED_ON_USAGE:
      return ErrorKind::corrupt;
    default:
      return ErrorKind::failed;
  }
}

Error said(unsigned code, std::string_view message)
{
  const auto kind = kind_of(code);
  return {kind, fmt::format("MariaDB: {}", printable(message)),
          kind == ErrorKind::unavailable ? "is the server running, and is the address right?"
          : kind == ErrorKind::denied ? "the password may be in ~/.my.cnf or ASYNCZ_STORE_PASSWORD"
          : kind == ErrorKind::not_found ? "name a database that is there: mysql://host/database"
                                         : ""};
}

// A prepared statement, and the row that it has fetched.
class Statement final : public SqlRow {
 public:
  Statement(std::shared_ptr<const MysqlLibrary> library, MYSQL_STMT* statement)
      : library_{std::move(library)}, statement_{statement}
  {
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { library_->stmt_close(statement_); }

  [[nodiscard]] Error error() const
  {
    return said(library_->stmt_error_number(statement_), library_->stmt_error(statement_));
  }
  [[nodiscard]] bool is_lost() const
  {
    return is_lost_code(library_->stmt_error_number(statement_));
  }

  // False: error() tells why.
  bool prepare(const std::string& text)
  {
    if (library_->stmt_prepare(statement_, text.data(), text.size()) != 0) return false;
    auto* const fields = library_->stmt_result_metadata(statement_);
    if (fields == nullptr) return true;
    columns_.resize(library_->num_fields(fields));
    library_->free_result(fields);
    return true;
  }

  bool execute(const SqlValues& values)
  {
    std::vector<MYSQL_BIND> places(values.size(), MYSQL_BIND{});
    for (std::size_t i = 0; i < values.size(); ++i) bind(values[i], places[i]);
    if (library_->stmt_bind_param(statement_, places.data())) return false;
    return library_->stmt_execute(statement_) == 0;
  }

  bool fetch_all(const EachRow& each)
  {
    if (columns_.empty()) return true;
    // Nothing is bound, so that each column is fetched at its own length.
    std::vector<MYSQL_BIND> places(columns_.size(), MYSQL_BIND{});
    std::vector<unsigned long> lengths(columns_.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      places[i].buffer_type = MYSQL_TYPE_BLOB;
      places[i].length = &lengths[i];
    }
    if (library_->stmt_bind_result(statement_, places.data())) return false;
    for (;;) {
      const int code = library_->stmt_fetch(statement_);
      if (code == MYSQL_NO_DATA) break;
      if (code != 0 && code != MYSQL_DATA_TRUNCATED) return false;
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (!fetch(i, lengths[i])) return false;
      }
      if (each) each(*this);
    }
    library_->stmt_free_result(statement_);
    return true;
  }

  [[nodiscard]] std::size_t changed() const
  {
    return columns_.empty() ? static_cast<std::size_t>(library_->stmt_affected_rows(statement_))
                            : 0;
  }

  std::int64_t number(std::size_t column) const override
  {
    return std::strtoll(columns_[column].c_str(), nullptr, 10);
  }
  std::string_view text(std::size_t column) const override { return columns_[column]; }

 private:
  static void bind(const SqlValue& value, MYSQL_BIND& place)
  {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      place.buffer_type = MYSQL_TYPE_LONGLONG;
      place.buffer = const_cast<std::int64_t*>(number);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      place.buffer_type = MYSQL_TYPE_STRING;
      place.buffer = const_cast<char*>(text->empty() ? "" : text->data());
      place.buffer_length = text->size();
    } else if (const auto* bytes = std::get_if<ByteView>(&value)) {
      place.buffer_type = MYSQL_TYPE_BLOB;
      place.buffer = bytes->empty() ? const_cast<char*>("")  // a null pointer would be NULL
                                    : static_cast<void*>(const_cast<std::uint8_t*>(bytes->data()));
      place.buffer_length = bytes->size();
    } else {
      place.buffer_type = MYSQL_TYPE_NULL;
    }
  }

  bool fetch(std::size_t column, unsigned long length)
  {
    auto& content = columns_[column];
    content.resize(length);
    if (length == 0) return true;
    MYSQL_BIND place{};
    place.buffer_type = MYSQL_TYPE_BLOB;
    place.buffer = content.data();
    place.buffer_length = length;
    place.length = &length;
    return library_->stmt_fetch_column(statement_, &place, static_cast<unsigned>(column), 0) == 0;
  }

  std::shared_ptr<const MysqlLibrary> library_;
  MYSQL_STMT* statement_;
  std::vector<std::string> columns_;
};

class MysqlConnection final : public SqlConnection {
 public:
  MysqlConnection(std::shared_ptr<const MysqlLibrary> library, MYSQL* connection)
      : library_{std::move(library)}, connection_{connection}
  {
  }
  ~MysqlConnection() override
  {
    statements_.clear();
    library_->close(connection_);
  }

  Result<std::size_t> run(const std::string& statement, const SqlValues& values,
                          const EachRow& each) override;
  Result<std::vector<std::size_t>> run_all(std::span<const SqlStep> steps) override;
  Status begin() override { return plain("START TRANSACTION"); }
  Status commit() override { return plain("COMMIT"); }
  void rollback() override { static_cast<void>(plain("ROLLBACK")); }
  bool is_lost() const override { return lost_; }

  Status plain(std::string_view statement);
  [[nodiscard]] Error error() const
  {
    return said(library_->error_number(connection_), library_->error(connection_));
  }

 private:
  Result<Statement*> prepared(const std::string& text);

  std::shared_ptr<const MysqlLibrary> library_;
  MYSQL* connection_;
  std::unordered_map<std::string, std::unique_ptr<Statement>> statements_;
  bool lost_ = false;
};

Status MysqlConnection::plain(std::string_view statement)
{
  if (library_->real_query(connection_, statement.data(), statement.size()) == 0) return {};
  lost_ = lost_ || is_lost_code(library_->error_number(connection_));
  return error();
}

Result<Statement*> MysqlConnection::prepared(const std::string& text)
{
  if (const auto known = statements_.find(text); known != statements_.end()) {
    return known->second.get();
  }
  if (statements_.size() >= most_statements) statements_.clear();
  auto* const made = library_->stmt_init(connection_);
  if (made == nullptr) return error();
  auto statement = std::make_unique<Statement>(library_, made);
  if (!statement->prepare(text)) {
    lost_ = lost_ || statement->is_lost();
    return statement->error();
  }
  return statements_.insert_or_assign(text, std::move(statement)).first->second.get();
}

Result<std::size_t> MysqlConnection::run(const std::string& text, const SqlValues& values,
                                         const EachRow& each)
{
  const auto found = prepared(text);
  if (!found) return found.error();
  auto& statement = **found;
  if (statement.execute(values) && statement.fetch_all(each)) return statement.changed();
  lost_ = lost_ || statement.is_lost();
  auto failure = statement.error();
  statements_.erase(text);  // with whatever it has not fetched
  return failure;
}

Result<std::vector<std::size_t>> MysqlConnection::run_all(std::span<const SqlStep> steps)
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
  if (auto done = commit(); !done) return done.error();
  return changed;
}

}  // namespace

Result<std::unique_ptr<SqlConnection>> connect_mysql(std::shared_ptr<const MysqlLibrary> library,
                                                     const MysqlOptions& options)
{
  MYSQL* const made = library->init(nullptr);
  if (made == nullptr) return Error{ErrorKind::unavailable, "there is no memory left", {}};
  const auto& api = *library;
  auto connection = std::make_unique<MysqlConnection>(library, made);
  const auto answer_timeout = static_cast<unsigned>(options.timeout / std::chrono::seconds{1});
  const auto connect_timeout = std::max(1U, answer_timeout / 2);
  api.options(made, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
  api.options(made, MYSQL_OPT_READ_TIMEOUT, &answer_timeout);
  api.options(made, MYSQL_OPT_WRITE_TIMEOUT, &answer_timeout);
  api.options(made, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  api.options(made, MYSQL_READ_DEFAULT_GROUP, "client");
  // Who names a port means it; the library would take the socket wherever the host is localhost.
  constexpr unsigned tcp = MYSQL_PROTOCOL_TCP;
  if (options.port != 0) api.options(made, MYSQL_OPT_PROTOCOL, &tcp);
  const auto given = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
  const auto* const password = options.password ? options.password->c_str() : nullptr;
  // An UPDATE counts the rows that it meets, whether or not they change.
  if (api.real_connect(made, given(options.host), given(options.user), password,
                       given(options.database), static_cast<unsigned>(options.port),
                       given(options.socket), CLIENT_FOUND_ROWS) == nullptr) {
    return connection->error();
  }
  for (const auto* setting : {"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
                              "SET SESSION innodb_lock_wait_timeout = 5"}) {
    if (auto done = connection->plain(setting); !done) return done.error();
  }
  return std::unique_ptr<SqlConnection>{std::move(connection)};
}

}  // namespace asyncz::stores
