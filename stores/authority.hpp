// SPDX-License-Identifier: MIT
// Who and where a store's server is, and its password from places that others cannot see.
#pragma once

#include "base/result.hpp"
#include "stores/url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace asyncz::stores {

// What stands between `//` and `/`: [USER[:PASSWORD]@][HOST][:PORT], percent-decoded.
struct Authority {
  std::string user;
  std::optional<std::string> password;
  std::string host;  // an IPv6 address without its brackets; empty where none is given
  int port = 0;      // 0 where none is given
};

//   usage  cannot be read; the message shows none of it
Result<Authority> parse_authority(const Url& url);

// 1 … 65535.
Result<int> parse_port(std::string_view text);

// The password of a store's server: the URL's own, else the first line of `password_file`, else
// ASYNCZ_STORE_PASSWORD, else none.
//   denied  the file may not be read, or others may
//   usage   there is no such file
Result<std::optional<std::string>> find_password(const Authority& authority,
                                                 const std::string& password_file);

}  // namespace asyncz::stores
