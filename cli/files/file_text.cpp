// SPDX-License-Identifier: MIT
#include "cli/files/file_text.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace asyncz::cli {

Error unreadable_file(const std::string& name, int code)
{
  const bool denied = code == EACCES || code == EPERM;
  return {denied ? ErrorKind::denied : ErrorKind::usage,
          fmt::format("cannot read {}: {}", printable(name), std::strerror(code)), ""};
}

Result<UniqueFd> open_named_file(const std::string& name)
{
  if (name == "-") return UniqueFd{};
  UniqueFd file{::open(name.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return unreadable_file(name, errno);
  return file;
}

Result<std::string> read_file_or_stdin(const std::string& name, std::size_t most)
{
  const Result<UniqueFd> file = open_named_file(name);
  if (!file) return file.error();
  const int fd = *file ? file->get() : STDIN_FILENO;
  std::string content;
  std::array<char, 65536> piece{};
  while (true) {
    const ssize_t count = ::read(fd, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable_file(name, errno);
    if (count == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(count));
    if (content.size() > most) {
      return Error{ErrorKind::usage,
                   fmt::format("{} is larger than {} bytes", printable(name), most), ""};
    }
  }
}

std::string full_name(const std::string& name)
{
  if (name == "-") return name;
  std::error_code failed;
  const auto path = std::filesystem::absolute(name, failed);
  return failed ? name : path.lexically_normal().string();
}

}  // namespace asyncz::cli
