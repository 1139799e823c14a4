// SPDX-License-Identifier: MIT
// The parts of a store's URL.
#pragma once

#include "base/result.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace asyncz::stores {

// SCHEME:[//AUTHORITY][PATH][?KEY=VALUE&…], percent-decoded but for the authority, which may hold
// a password and is taken apart by the store that knows it.
struct Url {
  std::string scheme;
  std::string authority;
  std::string path;
  std::map<std::string, std::string> parameters;
};

// An absolute path is the URL of a file store. Messages never show what may be a password.
//   usage  what cannot be read
Result<Url> parse_url(std::string_view text);

// The URL without those of its parameters that have these names.
std::string without_parameters(std::string_view url, std::span<const std::string_view> names);

// Whether a store's parameter of this name holds a secret rather than a name or a file's path.
[[nodiscard]] bool names_secret(std::string_view parameter);

// The URL as it may be shown: without the password of `scheme://user:password@host` and the values
// of parameters that hold secrets.
[[nodiscard]] std::string without_secrets(std::string_view url);

// Nothing where a `%` is not followed by two hexadecimal digits, or the result would hold NUL.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace asyncz::stores
