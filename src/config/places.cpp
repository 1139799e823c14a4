// SPDX-License-Identifier: MIT
#include "config/places.hpp"

#include "config/settings.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <iterator>

namespace asyncz {
namespace {

bool is_root() { return ::geteuid() == 0; }

// The variable's value; relative paths are to be ignored.
std::string absolute_variable(const char* name)
{
  const char* value = std::getenv(name);
  return value != nullptr && *value == '/' ? value : "";
}

std::string xdg(const char* variable, std::string_view below_home)
{
  std::string set = absolute_variable(variable);
  return set.empty() ? home_directory() + std::string{below_home} : set;
}

// A path as a URL has it (RFC 3986: what is reserved there is encoded).
std::string url_of(std::string_view path)
{
  std::string url = "file://";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view{"/-._~"}.find(c) != std::string_view::npos;
    if (plain) {
      url += c;
    } else {
      fmt::format_to(std::back_inserter(url), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return url;
}

}  // namespace

std::string home_directory()
{
  std::string home = absolute_variable("HOME");
  if (!home.empty()) return home;
  const passwd* user = ::getpwuid(::geteuid());
  return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "/";
}

std::string user_config_file()
{
  return xdg("XDG_CONFIG_HOME", "/.config") + "/asyncz/config.toml";
}

std::string state_directory()
{
  if (is_root() && absolute_variable("XDG_STATE_HOME").empty()) return "/var/lib/asyncz";
  return xdg("XDG_STATE_HOME", "/.local/state") + "/asyncz";
}

std::string default_store_url()
{
  if (is_root()) return "file:///var/lib/asyncz/tasks";
  return url_of(state_directory() + "/tasks");
}

std::string default_key_file()
{
  if (is_root()) return "/etc/asyncz/key";
  return xdg("XDG_CONFIG_HOME", "/.config") + "/asyncz/key";
}

}  // namespace asyncz
