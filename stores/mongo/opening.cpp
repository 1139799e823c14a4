// SPDX-License-Identifier: MIT
#include "stores/mongo/opening.hpp"

#include "base/hint.hpp"
#include "base/text.hpp"
#include "stores/authority.hpp"
#include "stores/mongo/mongo_store.hpp"
#include "stores/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace asyncz::stores {
namespace {

// Which of the URL's parameters are ours; the others are libmongoc's.
constexpr std::array<std::string_view, 6> ours{"collection",    "database", "host",
                                               "password_file", "port",     "timeout"};

struct Reading {
  MongoStoreOptions options;
  std::string host = "localhost";
  int port = 27017;
  std::string password_file;
};

Error bad_parameter(std::string_view name, std::string_view why)
{
  return {ErrorKind::usage,
          fmt::format("the MongoDB store's parameter '{}' {}", printable(name), why),
          {}};
}

bool is_made_of(std::string_view text, std::string_view more)
{
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_" +
                                std::string{more}) == std::string_view::npos;
}

Status set_collection(Reading& reading, const std::string& text)
{
  const bool well = !text.empty() && text.size() <= 80 && is_made_of(text, "-.") &&
                    text[0] != '.' && text.back() != '.' && !text.starts_with("system.");
  if (!well) return bad_parameter("collection", "is 1 to 80 of A-Z a-z 0-9 _ - .");
  reading.options.collection = text;
  return {};
}

Status check_database(std::string_view name)
{
  if (!name.empty() && name.size() <= 63 && is_made_of(name, "-")) return {};
  return bad_parameter("database", "is 1 to 63 of A-Z a-z 0-9 _ -");
}

Status set_timeout(Reading& reading, const std::string& text)
{
  const auto timeout = parse_duration(text);
  if (timeout && *timeout >= std::chrono::milliseconds{10} && *timeout <= std::chrono::hours{1}) {
    reading.options.deployment.timeout = *timeout;
    return {};
  }
  return bad_parameter("timeout", "is a duration of 10ms to 1h");
}

Status set_parameter(Reading& reading, std::string_view name, const std::string& text)
{
  if (name == "collection") return set_collection(reading, text);
  if (name == "timeout") return set_timeout(reading, text);
  if (name == "database") {
    reading.options.deployment.database = text;
    return check_database(text);
  }
  if (name == "port") {
    const auto port = parse_port(text);
    if (!port) return bad_parameter(name, "is a number of 1 to 65535");
    reading.port = *port;
  } else if (name == "host") {
    reading.host = text;
    if (text.empty() || !is_made_of(text, "-.:[]")) return bad_parameter(name, "is a host's name");
  } else if (name == "password_file") {
    reading.password_file = text;
  } else {
    auto error = bad_parameter(name, "is not known");
    error.hint = hint_at(did_you_mean(name, ours), error.hint);
    return error;
  }
  return {};
}

Result<Reading> read_parameters(const Opening& opening, const Url& url)
{
  Reading reading;
  reading.options.create = opening.create;
  reading.options.deployment.database = "asyncz";
  for (const auto& [name, value] : opening.parameters) {
    const auto* number = value.get<std::int64_t>();
    const auto* text = value.get<std::string>();
    if (number == nullptr && text == nullptr) return bad_parameter(name, "is a text or a number");
    auto set = set_parameter(reading, name, text != nullptr ? *text : std::to_string(*number));
    if (!set) return set.error();
  }
  for (const auto name : ours) {
    const auto given = url.parameters.find(std::string{name});
    if (given == url.parameters.end()) continue;
    if (auto set = set_parameter(reading, name, given->second); !set) return set.error();
  }
  return reading;
}

// As libmongoc reads it: with a host, and without what is ours.
std::string driver_url(const Opening& opening, const Url& url, const Reading& reading)
{
  const auto text = without_parameters(opening.url, ours);
  const auto rest = text.substr(std::min(text.find('?'), text.size()));
  const auto authority =
      url.authority.empty() ? fmt::format("{}:{}", reading.host, reading.port) : url.authority;
  return fmt::format("{}://{}/{}{}", url.scheme, authority,
                     url.path.empty() ? "" : url.path.substr(1), rest);
}

}  // namespace

Result<std::unique_ptr<Store>> open_mongo(const Opening& opening)
{
  const auto url = parse_url(opening.url);
  if (!url) return url.error();
  auto reading = read_parameters(opening, *url);
  if (!reading) return reading.error();
  if (url->path.size() > 1) {
    if (auto checked = check_database(url->path.substr(1)); !checked) return checked.error();
  }
  auto& deployment = reading->options.deployment;
  deployment.url = driver_url(opening, *url, *reading);
  // Who and where is libmongoc's to read: there may be several hosts.
  const auto credentials = url->authority.substr(0, url->authority.rfind('@') + 1);
  if (credentials.find(':') == std::string::npos) {
    auto password = find_password({}, reading->password_file);
    if (!password) return password.error();
    deployment.password = *std::move(password);
  }
  return open_mongo_store(reading->options);
}

}  // namespace asyncz::stores
