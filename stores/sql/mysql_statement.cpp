// SPDX-License-Identifier: MIT
#include "stores/sql/mysql_statement.hpp"

#include "base/text.hpp"

#include <errmsg.h>
#include <fmt/format.h>
#include <mysqld_error.h>

#include <cstdlib>
#include <utility>

namespace asyncz::stores {
namespace {

ErrorKind kind_of(unsigned code)
{
  if (is_lost_mysql(code)) return ErrorKind::unavailable;
  switch (code) {
    case ER_LOCK_DEADLOCK:
      return ErrorKind::conflict;
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_LOCK_TABLE_FULL:
    case ER_CON_COUNT_ERROR:
    case ER_USER_LIMIT_REACHED:
    case ER_OUTOFMEMORY:
    case ER_OUT_OF_RESOURCES:
    case ER_DISK_FULL:
    case ER_RECORD_FILE_FULL:
    case ER_ERROR_ON_WRITE:
    case ER_GET_ERRNO:
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

void bind(const SqlValue& value, MYSQL_BIND& place)
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

// One parameter of several executions, as the library wants it: side by side.
struct Column {
  std::vector<std::int64_t> numbers;
  std::vector<char*> texts;
  std::vector<unsigned long> lengths;
  std::vector<char> indicators;

  void add(const SqlValue& value)
  {
    MYSQL_BIND one{};
    bind(value, one);
    const auto* const number = std::get_if<std::int64_t>(&value);
    numbers.push_back(number != nullptr ? *number : 0);
    texts.push_back(number != nullptr ? nullptr : static_cast<char*>(one.buffer));
    lengths.push_back(one.buffer_length);
    indicators.push_back(one.buffer_type == MYSQL_TYPE_NULL ? STMT_INDICATOR_NULL
                                                            : STMT_INDICATOR_NONE);
  }

  void bind_as(const SqlValue& like, MYSQL_BIND& place)
  {
    bind(like, place);
    const bool number = std::holds_alternative<std::int64_t>(like);
    place.buffer = number ? static_cast<void*>(numbers.data()) : static_cast<void*>(texts.data());
    place.length = lengths.data();
    place.u.indicator = indicators.data();
  }
};

}  // namespace

bool is_lost_mysql(unsigned code)
{
  return (code >= CR_MIN_ERROR && code <= CR_MAX_ERROR) || code == ER_SERVER_SHUTDOWN ||
         code == ER_CONNECTION_KILLED;
}

Error mysql_said(unsigned code, std::string_view message)
{
  const auto kind = kind_of(code);
  return {kind, fmt::format("MariaDB: {}", printable(message)),
          is_lost_mysql(code)              ? "is the server running, and is the address right?"
          : kind == ErrorKind::unavailable ? "try again later, or look into the server's log"
          : kind == ErrorKind::denied ? "the password may be in ~/.my.cnf or ASYNCZ_STORE_PASSWORD"
          : kind == ErrorKind::not_found ? "name a database that is there: mysql://host/database"
                                         : ""};
}

Error MysqlStatement::error() const
{
  return mysql_said(library_->stmt_error_number(statement_), library_->stmt_error(statement_));
}

bool MysqlStatement::is_lost() const
{
  return is_lost_mysql(library_->stmt_error_number(statement_));
}

bool MysqlStatement::lacks_bulk() const
{
  return library_->stmt_error_number(statement_) == CR_BULK_WITHOUT_PARAMETERS ||
         library_->stmt_error_number(statement_) == CR_FUNCTION_NOT_SUPPORTED;
}

std::size_t MysqlStatement::changed() const
{
  return columns_.empty() ? static_cast<std::size_t>(library_->stmt_affected_rows(statement_)) : 0;
}

std::int64_t MysqlStatement::number(std::size_t column) const
{
  return std::strtoll(columns_[column].c_str(), nullptr, 10);
}

bool MysqlStatement::prepare(const std::string& text)
{
  if (library_->stmt_prepare(statement_, text.data(), text.size()) != 0) return false;
  auto* const fields = library_->stmt_result_metadata(statement_);
  if (fields == nullptr) return true;
  columns_.resize(library_->num_fields(fields));
  library_->free_result(fields);
  return true;
}

bool MysqlStatement::execute(const SqlValues& values)
{
  std::vector<MYSQL_BIND> places(values.size(), MYSQL_BIND{});
  for (std::size_t i = 0; i < values.size(); ++i) bind(values[i], places[i]);
  return execute_bound(places, 0);
}

bool MysqlStatement::execute_all(std::span<const SqlValues* const> values)
{
  const auto& like = *values.front();
  std::vector<Column> columns(like.size());
  std::vector<MYSQL_BIND> places(like.size(), MYSQL_BIND{});
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (const auto* row : values) columns[i].add((*row)[i]);
    columns[i].bind_as(like[i], places[i]);
  }
  return execute_bound(places, static_cast<unsigned>(values.size()));
}

// `rows`: as many as are bound side by side, or 0 where it is one as it is.
bool MysqlStatement::execute_bound(std::vector<MYSQL_BIND>& places, unsigned rows)
{
  library_->stmt_attr_set(statement_, STMT_ATTR_ARRAY_SIZE, &rows);
  if (library_->stmt_bind_param(statement_, places.data())) return false;
  return library_->stmt_execute(statement_) == 0;
}

bool MysqlStatement::fetch_all(const EachRow& each)
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

bool MysqlStatement::fetch(std::size_t column, unsigned long length)
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

}  // namespace asyncz::stores
