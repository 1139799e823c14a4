// SPDX-License-Identifier: MIT
#include "cli/files/output_file.hpp"

#include "base/unique_fd.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace asyncz::cli {
namespace {

Error cannot_write(const std::string& file, int error)
{
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  return {denied ? ErrorKind::denied : ErrorKind::failed,
          fmt::format("cannot write {}: {}", file, std::strerror(error)), ""};
}

// 0, or an errno.
int write_all(int fd, std::string_view text)
{
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Status write_output(const std::string& file, std::string_view text, Sharing sharing)
{
  struct stat there {};
  if (::stat(file.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) {
    const UniqueFd opened{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
    if (!opened) return cannot_write(file, errno);
    const int error = write_all(opened.get(), text);
    return error == 0 ? Status{} : cannot_write(file, error);
  }
  auto temporary = file + ".XXXXXX";
  const UniqueFd made{::mkostemp(temporary.data(), O_CLOEXEC)};  // mode 0600
  if (!made) return cannot_write(file, errno);
  int error = write_all(made.get(), text);
  const bool open_to_all = sharing == Sharing::everybody;
  if (error == 0 && open_to_all && ::fchmod(made.get(), 0644) != 0) error = errno;
  if (error == 0 && !open_to_all && ::fsync(made.get()) != 0) error = errno;
  if (error == 0 && std::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(temporary.c_str());
  return cannot_write(file, error);
}

}  // namespace asyncz::cli
