// SPDX-License-Identifier: MIT
// From a URL and parameters to an open Redis store.
#include "base/hint.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "stores/authority.hpp"
#include "stores/redis/redis_store.hpp"
#include "stores/url.hpp"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr int most_databases = 1 << 20;

struct Reading {
  RedisStoreOptions options;
  std::string password_file;
};

Error bad_parameter(std::string_view name, std::string_view why)
{
  return {ErrorKind::usage,
          "the Redis store's parameter '" + printable(name) + "' " + std::string{why},
          {}};
}

Status set_database(RedisStoreOptions& options, std::string_view text)
{
  const auto number = parse_number<int>(text);
  if (!number || *number < 0 || *number >= most_databases) {
    return bad_parameter("database", "is a number, such as 0");
  }
  options.endpoint.database = *number;
  return {};
}

Status set_timeout(RedisStoreOptions& options, std::string_view text)
{
  const auto timeout = parse_duration(text);
  if (!timeout) return timeout.error().in("the Redis store's parameter 'timeout'");
  if (*timeout < std::chrono::milliseconds{10} || *timeout > std::chrono::hours{1}) {
    return bad_parameter("timeout", "lies between 10ms and 1h");
  }
  options.endpoint.timeout = *timeout;
  return {};
}

Error unknown_parameter(std::string_view name)
{
  constexpr std::array<std::string_view, 9> known{"database",      "host",    "key_prefix",
                                                  "password_file", "port",    "run_times_key",
                                                  "tasks_key",     "timeout", "user"};
  auto error = bad_parameter(name, "is not known");
  error.hint = hint_at(did_you_mean(name, known), error.hint);
  return error;
}

Status set_parameter(Reading& reading, std::string_view name, const std::string& text)
{
  auto& options = reading.options;
  const std::map<std::string_view, std::string*> texts{
      {"host", &options.endpoint.host},          {"key_prefix", &options.key_prefix},
      {"password_file", &reading.password_file}, {"run_times_key", &options.run_times_key},
      {"tasks_key", &options.tasks_key},         {"user", &options.endpoint.user}};
  if (const auto found = texts.find(name); found != texts.end()) {
    if (text.empty() || text.find_first_of("\r\n") != std::string::npos) {
      return bad_parameter(name, "is a line of text");
    }
    *found->second = text;
    return {};
  }
  if (name == "database") return set_database(options, text);
  if (name == "timeout") return set_timeout(options, text);
  if (name != "port") return unknown_parameter(name);
  const auto port = parse_port(text);
  if (!port) return bad_parameter(name, "is a number of 1 to 65535");
  options.endpoint.port = *port;
  return {};
}

Status read_parameters(Reading& reading, const Opening& opening, const Url& url)
{
  for (const auto& [name, value] : opening.parameters) {
    const auto* number = value.get<std::int64_t>();
    const auto* text = value.get<std::string>();
    if (number == nullptr && text == nullptr) return bad_parameter(name, "is a text or a number");
    if (auto set = set_parameter(reading, name, text ? *text : std::to_string(*number)); !set) {
      return set;
    }
  }
  for (const auto& [name, text] : url.parameters) {
    if (auto set = set_parameter(reading, name, text); !set) return set;
  }
  return {};
}

// The URL's own host, port, database, socket.
Status read_place(Reading& reading, const Url& url, const Authority& authority)
{
  auto& endpoint = reading.options.endpoint;
  if (!authority.user.empty()) endpoint.user = authority.user;
  if (url.scheme == "unix") {
    if (!url.path.starts_with('/') || !authority.host.empty()) {
      return Error{ErrorKind::usage, "a Redis server's socket is an absolute path",
                   "unix:///run/redis/redis.sock is one"};
    }
    endpoint.socket = url.path;
    return {};
  }
  if (!authority.host.empty()) endpoint.host = authority.host;
  if (authority.port != 0) endpoint.port = authority.port;
  const auto database = std::string_view{url.path}.substr(url.path.starts_with('/') ? 1 : 0);
  return database.empty() ? Status{} : set_database(reading.options, database);
}

}  // namespace

Result<std::unique_ptr<Store>> open_redis(const Opening& opening)
{
  const auto url = parse_url(opening.url);
  if (!url) return url.error();
  if (url->scheme == "rediss") {
    return Error{ErrorKind::usage, "rediss:// needs TLS, which this build's hiredis has not",
                 "let stunnel or ssh carry redis:// to the server, or use unix://"};
  }
  const auto authority = parse_authority(*url);
  if (!authority) return authority.error();
  Reading reading;
  if (auto read = read_parameters(reading, opening, *url); !read) return read.error();
  if (auto read = read_place(reading, *url, *authority); !read) return read.error();
  auto password = find_password(*authority, reading.password_file);
  if (!password) return password.error();
  reading.options.endpoint.password = *std::move(password);
  if (reading.options.tasks_key == reading.options.run_times_key) {
    return bad_parameter("run_times_key", "is not the same as tasks_key");
  }
  return open_redis_store(reading.options);
}

}  // namespace asyncz::stores
