// SPDX-License-Identifier: MIT
#include "stores/sql/mysql_connection.hpp"

#include "stores/sql/mysql_statement.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace asyncz::stores {
namespace {

constexpr std::size_t most_statements = 100;  // that are kept prepared

// Whether both can be run at once: one statement with values of the same types.
bool are_alike(const SqlStep& a, const SqlStep& b)
{
  return a.statement == b.statement &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                    [](const auto& x, const auto& y) { return x.index() == y.index(); });
}

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
    return mysql_said(library_->error_number(connection_), library_->error(connection_));
  }

 private:
  Result<MysqlStatement*> prepared(const std::string& text);
  bool run_in_bulk(std::span<const SqlStep> steps);

  std::shared_ptr<const MysqlLibrary> library_;
  MYSQL* connection_;
  std::unordered_map<std::string, std::unique_ptr<MysqlStatement>> statements_;
  bool lost_ = false;
  bool bulk_ = true;  // as far as we know; MySQL has none
};

Status MysqlConnection::plain(std::string_view statement)
{
  if (library_->real_query(connection_, statement.data(), statement.size()) == 0) return {};
  lost_ = lost_ || is_lost_mysql(library_->error_number(connection_));
  return error();
}

Result<MysqlStatement*> MysqlConnection::prepared(const std::string& text)
{
  if (const auto known = statements_.find(text); known != statements_.end()) {
    return known->second.get();
  }
  if (statements_.size() >= most_statements) statements_.clear();
  auto* const made = library_->stmt_init(connection_);
  if (made == nullptr) return error();
  auto statement = std::make_unique<MysqlStatement>(library_, made);
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
  if (steps.size() > 1 && bulk_) {
    if (const auto begun = begin(); !begun) return begun.error();
    if (run_in_bulk(steps)) {
      if (auto done = commit(); !done) return done.error();
      return std::vector<std::size_t>(steps.size(), 1);
    }
    rollback();
  }
  return SqlConnection::run_all(steps);
}

// Whether each has changed one row. What they changed together is all that the server tells: where
// it is another number they have to be run again, one by one.
bool MysqlConnection::run_in_bulk(std::span<const SqlStep> steps)
{
  for (std::size_t first = 0; first < steps.size();) {
    std::vector<const SqlValues*> values;
    const auto& text = steps[first].statement;
    for (auto i = first; i < steps.size() && are_alike(steps[first], steps[i]); ++i) {
      values.push_back(&steps[i].values);
    }
    const auto found = prepared(text);
    if (!found) return false;
    auto& statement = **found;
    if (!statement.execute_all(values)) {
      bulk_ = bulk_ && !statement.lacks_bulk();
      return false;
    }
    if (statement.changed() != values.size()) return false;
    first += values.size();
  }
  return true;
}

void protect(const MysqlLibrary& api, MYSQL* connection, const MysqlTls& tls)
{
  const auto file = [&](mysql_option option, const std::string& path) {
    if (!path.empty()) api.options(connection, option, path.c_str());
  };
  file(MYSQL_OPT_SSL_CA, tls.authority);
  file(MYSQL_OPT_SSL_CERT, tls.certificate);
  file(MYSQL_OPT_SSL_KEY, tls.key);
  constexpr my_bool yes = 1;
  if (tls.required) api.options(connection, MYSQL_OPT_SSL_ENFORCE, &yes);
  if (tls.verified) api.options(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
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
  protect(api, made, options.tls);
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
  // The library goes on in the clear where the server knows nothing else.
  if (options.tls.required && api.get_ssl_cipher(made) == nullptr) {
    return Error{ErrorKind::unavailable, "the server offers no TLS, which sslmode demands",
                 "set it up there, or leave sslmode out of the URL"};
  }
  for (const auto* setting : {"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
                              "SET SESSION innodb_lock_wait_timeout = 5"}) {
    if (auto done = connection->plain(setting); !done) return done.error();
  }
  return std::unique_ptr<SqlConnection>{std::move(connection)};
}

}  // namespace asyncz::stores
