// SPDX-License-Identifier: MIT
#include "stores/url.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace asyncz::stores {
namespace {

Error bad_url(std::string_view scheme, std::string_view why)
{
  return {ErrorKind::usage,
          "the store's URL '" + printable(scheme.substr(0, 40)) +
              ":…' cannot be read: " + std::string{why},
          "file:///var/lib/asyncz/tasks is one, and so is an absolute path"};
}

int hex_value(char digit)
{
  if (digit >= '0' && digit <= '9') return digit - '0';
  const auto lowered = static_cast<char>(digit | 0x20);
  return lowered >= 'a' && lowered <= 'f' ? lowered - 'a' + 10 : -1;
}

bool is_scheme(std::string_view text)
{
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text[0])) == 0) return false;
  return text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
             "0123456789+.-_") == std::string_view::npos;
}

Status read_parameters(std::string_view query, Url& url)
{
  for (const auto pair : split(query, '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return bad_url(url.scheme, "a parameter after '?' is KEY=VALUE");
    }
    const auto key = percent_decoded(pair.substr(0, equals));
    const auto value = percent_decoded(pair.substr(equals + 1));
    if (!key || !value) return bad_url(url.scheme, "'%' is followed by two hexadecimal digits");
    url.parameters.insert_or_assign(*key, *value);
  }
  return {};
}

constexpr std::string_view mask = "***";

// Whatever bytes a password has, it ends at the last `@` of its host. Where somebody has left out
// the `//`, a name and a password are hardly to be told apart.
std::string without_password(std::string_view place)
{
  std::string shown{place};
  const auto at = shown.rfind('@');
  const auto scheme = shown.find(':');
  if (at == std::string::npos || scheme == std::string::npos || at < scheme) return shown;
  if (shown.starts_with('/')) return shown;
  const auto colon = shown.find(':', scheme + 1);
  if (colon < at) return shown.replace(colon + 1, at - colon - 1, mask);
  const bool has_name = shown.compare(scheme + 1, 1, "/") == 0;
  return has_name ? shown : shown.replace(scheme + 1, at - scheme - 1, mask);
}

// Where the parameters begin. A `?` before the host's `@` is part of a password.
std::size_t find_parameters(std::string_view url)
{
  const auto question = std::min(url.find('?'), url.size());
  const auto authority = url.find("//");
  const auto at = url.rfind('@');
  if (authority == std::string_view::npos || at == std::string_view::npos || at < question) {
    return question;
  }
  const bool has_path =
      url.substr(authority + 2, question - authority - 2).find('/') != std::string_view::npos;
  return has_path ? question : std::min(url.find('?', at), url.size());
}

}  // namespace

bool names_secret(std::string_view parameter)
{
  constexpr std::array<std::string_view, 7> words{"pass", "pwd",        "token",     "secret",
                                                  "key",  "credential", "properties"};
  constexpr std::array<std::string_view, 3> keys_of_redis{"tasks_key", "run_times_key",
                                                          "key_prefix"};
  const auto name = lower(parameter);
  if (name.ends_with("file") || std::ranges::find(keys_of_redis, name) != keys_of_redis.end()) {
    return false;
  }
  return std::ranges::any_of(
      words, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

std::string without_secrets(std::string_view url)
{
  const auto begin = find_parameters(url);
  auto shown = without_password(url.substr(0, begin));
  if (begin == url.size()) return shown;
  char separator = '?';
  for (const auto pair : split(url.substr(begin + 1), '&')) {
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = pair.substr(0, equals);
    const bool hidden = names_secret(percent_decoded(name).value_or("password"));
    shown += separator;
    separator = '&';
    if (equals == pair.size()) {
      shown += pair.empty() ? pair : mask;  // may be what came after the `&` of a password
    } else {
      shown += hidden ? std::string{name} + "=" + std::string{mask} : std::string{pair};
    }
  }
  return shown;
}

std::optional<std::string> percent_decoded(std::string_view text)
{
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = text[i];
    if (byte == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const auto high = hex_value(text[i + 1]);
      const auto low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      byte = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (byte == '\0') return std::nullopt;
    decoded += byte;
  }
  return decoded;
}

Result<Url> parse_url(std::string_view text)
{
  Url url;
  if (text.starts_with('/')) {
    url.scheme = "file";
    url.path = text;
    return url;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) {
    return bad_url(text.substr(0, colon), "it begins with a scheme and ':', or with '/'");
  }
  url.scheme = lower(text.substr(0, colon));

  const auto question = find_parameters(text);
  if (question < text.size()) {
    if (auto read = read_parameters(text.substr(question + 1), url); !read) return read.error();
  }
  auto rest = text.substr(colon + 1, question - colon - 1);
  if (rest.starts_with("//")) {
    const auto slash = rest.find('/', 2);
    url.authority = rest.substr(2, slash == std::string_view::npos ? slash : slash - 2);
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
  }
  const auto path = percent_decoded(rest);
  if (!path) return bad_url(url.scheme, "'%' is followed by two hexadecimal digits");
  url.path = *path;
  return url;
}

std::string without_parameters(std::string_view url, std::span<const std::string_view> names)
{
  const auto question = find_parameters(url);
  std::string rest{url.substr(0, question)};
  if (question == url.size()) return rest;
  char separator = '?';
  for (const auto pair : split(url.substr(question + 1), '&')) {
    const auto name = pair.substr(0, pair.find('='));
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    rest += separator;
    rest += pair;
    separator = '&';
  }
  return rest;
}

}  // namespace asyncz::stores
