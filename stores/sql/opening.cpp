// SPDX-License-Identifier: MIT
#include "stores/sql/opening.hpp"

#include "base/hint.hpp"
#include "base/text.hpp"
#include "stores/authority.hpp"
#include "stores/sql/mysql.hpp"
#include "stores/sql/postgresql.hpp"
#include "stores/sql/sql_store.hpp"
#include "stores/sql/sqlite.hpp"
#include "stores/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

namespace asyncz::stores {
namespace {

constexpr std::size_t longest_table = 40;  // names made from it are a little longer

Status check_table(std::string_view name)
{
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  const bool well = !name.empty() && name.size() <= longest_table &&
                    name.find_first_not_of(allowed) == std::string_view::npos &&
                    (name[0] < '0' || name[0] > '9');
  if (well) return {};
  return Error{ErrorKind::usage,
               "'" + printable(name.substr(0, 80)) + "' cannot be the name of a table",
               fmt::format("tablename is 1 to {} of A-Z a-z 0-9 _, and begins with no digit",
                           longest_table)};
}

struct Parameters {
  SqlStoreOptions options;
  std::string database;
  std::string password_file;
  std::string socket;
  MysqlTls tls;
  Duration timeout = std::chrono::seconds{10};
};

constexpr Duration shortest_timeout = std::chrono::seconds{1};
constexpr Duration longest_timeout = std::chrono::hours{1};

// Which parameters a kind of store has besides tablename and database.
enum class Extras : std::uint8_t { none, of_a_server, of_mysql };

Error unknown_parameter(std::string_view name)
{
  constexpr std::array<std::string_view, 9> known{"database",    "password_file", "socket",
                                                  "sslcert",     "sslkey",        "sslmode",
                                                  "sslrootcert", "tablename",     "timeout"};
  const auto meant = did_you_mean(name, known);
  return {ErrorKind::usage, "the SQL store's parameter '" + printable(name) + "' is not known",
          hint_at(meant)};
}

Status set_timeout(Parameters& parameters, const std::string& text)
{
  const auto timeout = parse_duration(text);
  if (timeout && *timeout >= shortest_timeout && *timeout <= longest_timeout) {
    parameters.timeout = *timeout;
    return {};
  }
  return Error{
      ErrorKind::usage, "the SQL store's parameter 'timeout' is a duration of 1s to 1h", {}};
}

// As libpq has it, as far as MariaDB's library can do the same.
Status set_tls_mode(MysqlTls& tls, std::string_view text)
{
  tls.required = text == "require" || text == "verify-full";
  tls.verified = text == "verify-full";
  if (tls.required) return {};
  return Error{ErrorKind::usage, "the SQL store's parameter 'sslmode' is require or verify-full",
               "leave it out for a connection without TLS"};
}

// Whether it is one of those that MariaDB and MySQL have besides.
bool set_file_of_mysql(Parameters& parameters, std::string_view name, const std::string& text)
{
  const std::map<std::string_view, std::string*> files{{"socket", &parameters.socket},
                                                       {"sslcert", &parameters.tls.certificate},
                                                       {"sslkey", &parameters.tls.key},
                                                       {"sslrootcert", &parameters.tls.authority}};
  const auto found = files.find(name);
  if (found == files.end()) return false;
  *found->second = text;
  return true;
}

Status set_parameter(Parameters& parameters, Extras extras, std::string_view name,
                     const std::string& text)
{
  if (name == "tablename") {
    parameters.options.table = text;
    return check_table(text);
  }
  if (name == "database") {
    parameters.database = text;
  } else if (name == "password_file" && extras != Extras::none) {
    parameters.password_file = text;
  } else if (name == "timeout" && extras != Extras::none) {
    return set_timeout(parameters, text);
  } else if (name == "sslmode" && extras == Extras::of_mysql) {
    return set_tls_mode(parameters.tls, text);
  } else if (extras != Extras::of_mysql || !set_file_of_mysql(parameters, name, text)) {
    return unknown_parameter(name);
  }
  return {};
}

// Those of `[stores.NAME]`.
Result<Parameters> read_parameters(const Opening& opening, Extras extras)
{
  Parameters parameters;
  parameters.options.create = opening.create;
  for (const auto& [name, value] : opening.parameters) {
    const auto* text = value.get<std::string>();
    if (text == nullptr) {
      return Error{
          ErrorKind::usage, "the SQL store's parameter '" + printable(name) + "' is a text", {}};
    }
    if (auto set = set_parameter(parameters, extras, name, *text); !set) return set.error();
  }
  return parameters;
}

// And those of the URL, where all are ours.
Result<Parameters> read_parameters(const Opening& opening, const Url& url, Extras extras)
{
  auto parameters = read_parameters(opening, extras);
  if (!parameters) return parameters;
  for (const auto& [name, text] : url.parameters) {
    if (auto set = set_parameter(*parameters, extras, name, text); !set) return set.error();
  }
  return parameters;
}

// Which of a postgresql URL's parameters are ours.
constexpr std::array<std::string_view, 4> ours{"tablename", "database", "password_file", "timeout"};

// What libpq is to know of a URL. Empty where nothing is left of it.
std::string without_ours(std::string_view text)
{
  auto url = without_parameters(text, ours);
  return url.find("//") == std::string::npos ? std::string{} : url;
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const Opening& opening)
{
  const auto url = parse_url(opening.url);
  if (!url) return url.error();
  auto parameters = read_parameters(opening, *url, Extras::none);
  if (!parameters) return parameters.error();
  const auto& path = url->path.empty() ? parameters->database : url->path;
  const bool here = url->authority.empty() || url->authority == "localhost";
  if (!here || !path.starts_with('/') || path.ends_with('/')) {
    return Error{ErrorKind::usage, "an SQLite store is a file of this machine, with its whole path",
                 "sqlite:///var/lib/asyncz/tasks.db is one"};
  }
  auto database = open_sqlite(path, opening.create);
  if (!database) return database.error();
  return open_sql_store(*std::move(database), parameters->options);
}

Result<std::unique_ptr<Store>> open_postgresql_store(const Opening& opening)
{
  const auto url = parse_url(opening.url);
  if (!url) return url.error();
  auto parameters = read_parameters(opening, Extras::of_a_server);
  if (!parameters) return parameters.error();
  for (const auto name : ours) {
    const auto given = url->parameters.find(std::string{name});
    if (given == url->parameters.end()) continue;
    auto set = set_parameter(*parameters, Extras::of_a_server, name, given->second);
    if (!set) return set.error();
  }
  PostgresqlOptions options{.url = without_ours(opening.url),
                            .database = parameters->database,
                            .password = {},
                            .timeout = parameters->timeout};
  // Who and where is libpq's to read: there may be several hosts.
  const auto credentials = url->authority.substr(0, url->authority.rfind('@') + 1);
  if (std::ranges::count(credentials, '@') > 1) {  // for libpq the first one ends the password
    return Error{ErrorKind::usage, "in the user or the password of the store's URL is an '@'",
                 "write it as %40"};
  }
  if (credentials.find(':') == std::string::npos) {
    auto password = find_password({}, parameters->password_file);
    if (!password) return password.error();
    options.password = *std::move(password);
  }
  auto database = open_postgresql(options);
  if (!database) return database.error();
  return open_sql_store(*std::move(database), parameters->options);
}

Result<std::unique_ptr<Store>> open_mysql_store(const Opening& opening)
{
  const auto url = parse_url(opening.url);
  if (!url) return url.error();
  auto parameters = read_parameters(opening, *url, Extras::of_mysql);
  if (!parameters) return parameters.error();
  const auto authority = parse_authority(*url);
  if (!authority) return authority.error();
  auto password = find_password(*authority, parameters->password_file);
  if (!password) return password.error();
  auto database =
      open_mysql({.host = authority->host,
                  .port = authority->port,
                  .socket = parameters->socket,
                  .user = authority->user,
                  .password = *std::move(password),
                  .database = url->path.size() > 1 ? url->path.substr(1) : parameters->database,
                  .tls = parameters->tls,
                  .timeout = parameters->timeout});
  if (!database) return database.error();
  return open_sql_store(*std::move(database), parameters->options);
}

}  // namespace asyncz::stores
