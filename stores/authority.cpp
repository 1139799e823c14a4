// SPDX-License-Identifier: MIT
#include "stores/authority.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace asyncz::stores {
namespace {

Error bad_authority(const Url& url, std::string_view why)
{
  return {ErrorKind::usage,
          "the store's URL '" + url.scheme + "://…' cannot be read: " + std::string{why},
          "write it as " + url.scheme + "://USER:PASSWORD@HOST:PORT/…, with %XX for special bytes"};
}

Status read_credentials(const Url& url, std::string_view text, Authority& authority)
{
  const auto colon = text.find(':');
  const auto user = percent_decoded(text.substr(0, colon));
  if (!user) return bad_authority(url, "'%' is followed by two hexadecimal digits");
  authority.user = *user;
  if (colon == std::string_view::npos) return {};
  const auto password = percent_decoded(text.substr(colon + 1));
  if (!password) return bad_authority(url, "'%' is followed by two hexadecimal digits");
  authority.password = *password;
  return {};
}

// The port's text, without its colon, of HOST:PORT or [ADDRESS]:PORT.
Result<std::string_view> read_host(const Url& url, std::string_view text, Authority& authority)
{
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == std::string_view::npos) return bad_authority(url, "a '[' is not closed");
  const auto host = percent_decoded(bracketed ? text.substr(1, end - 1) : text.substr(0, end));
  if (!host) return bad_authority(url, "'%' is followed by two hexadecimal digits");
  authority.host = *host;
  if (end == std::string_view::npos) return std::string_view{};
  const auto rest = text.substr(bracketed ? end + 1 : end);
  if (rest.empty()) return rest;
  if (rest[0] != ':') return bad_authority(url, "after the host comes ':' and a port");
  return rest.substr(1);
}

Result<std::string> first_line_of(const std::string& path)
{
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  const auto name = "the password file " + printable(path);
  if (!fd) {
    const auto kind = errno == ENOENT ? ErrorKind::usage : ErrorKind::denied;
    return Error{kind, name + ": " + std::strerror(errno), {}};
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Error{ErrorKind::usage, name + " is no regular file", {}};
  }
  if ((status.st_mode & 077U) != 0) {
    return Error{ErrorKind::denied, name + " is open to other users",
                 "chmod 0600 " + shell_quoted(path)};
  }
  std::array<char, 4096> buffer{};
  const auto size = ::read(fd.get(), buffer.data(), buffer.size());
  if (size < 0) return Error{ErrorKind::denied, name + ": " + std::strerror(errno), {}};
  const std::string_view text{buffer.data(), static_cast<std::size_t>(size)};
  return std::string{text.substr(0, text.find('\n'))};
}

}  // namespace

Result<Authority> parse_authority(const Url& url)
{
  Authority authority;
  std::string_view text{url.authority};
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    if (auto read = read_credentials(url, text.substr(0, at), authority); !read) {
      return read.error();
    }
    text = text.substr(at + 1);
  }
  const auto port = read_host(url, text, authority);
  if (!port) return port.error();
  if (port->empty()) return authority;
  const auto number = parse_port(*port);
  if (!number) return bad_authority(url, "the port is a number of 1 to 65535");
  authority.port = *number;
  return authority;
}

Result<int> parse_port(std::string_view text)
{
  const auto port = parse_number<int>(text);
  if (port && *port > 0 && *port < 65536) return *port;
  return Error{ErrorKind::usage, "a port is a number of 1 to 65535", {}};
}

Result<std::optional<std::string>> find_password(const Authority& authority,
                                                 const std::string& password_file)
{
  if (authority.password) return authority.password;
  if (!password_file.empty()) {
    auto line = first_line_of(password_file);
    if (!line) return line.error();
    return std::optional{*std::move(line)};
  }
  const char* const variable = std::getenv("ASYNCZ_STORE_PASSWORD");
  if (variable == nullptr || *variable == '\0') return std::optional<std::string>{};
  return std::optional<std::string>{variable};
}

}  // namespace asyncz::stores
