// SPDX-License-Identifier: MIT
// Where asyncz keeps things when nobody says where (XDG Base Directory Specification).
#pragma once

#include <string>
#include <string_view>

namespace asyncz {

inline constexpr std::string_view system_config_file = "/etc/asyncz/config.toml";

[[nodiscard]] std::string user_config_file();  // $XDG_CONFIG_HOME/asyncz/config.toml

// $HOME, else what the user database says.
[[nodiscard]] std::string home_directory();

// Where asyncz keeps what is of this machine and no store's: $XDG_STATE_HOME/asyncz, for root
// /var/lib/asyncz where that is not set.
[[nodiscard]] std::string state_directory();

}  // namespace asyncz
