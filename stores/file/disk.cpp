// SPDX-License-Identifier: MIT
#include "stores/file/disk.hpp"

#include "base/text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace asyncz::stores {
namespace {

ErrorKind kind_of(int error)
{
  switch (error) {
    case ENOENT:
      return ErrorKind::not_found;
    case EEXIST:
      return ErrorKind::conflict;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::denied;
    case ELOOP:
    case ENOTDIR:
    case EISDIR:
    case ENXIO:
      return ErrorKind::corrupt;
    default:
      return ErrorKind::unavailable;
  }
}

Error not_a_file(const std::string& name, std::string_view why)
{
  return {ErrorKind::corrupt, "'" + printable(name) + "' " + std::string{why}, {}};
}

// As geteuid(2) gives it, without a system call: this process never changes its user.
uid_t own_user() { return static_cast<uid_t>(::getauxval(AT_EUID)); }

}  // namespace

Error disk_error(std::string_view what, int error)
{
  const auto reason = std::generic_category().message(error);
  std::string hint;
  if (error == ENOSPC || error == EDQUOT) hint = "make room on the store's disk";
  return {kind_of(error), std::string{what} + ": " + lower(reason.substr(0, 1)) + reason.substr(1),
          hint};
}

Status write_all(int fd, ByteView bytes, std::string_view what)
{
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return disk_error(what, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Bytes> read_all(int fd, std::size_t most, std::string_view what)
{
  Bytes bytes(4096);
  for (std::size_t size = 0;;) {
    const auto got =
        ::pread(fd, bytes.data() + size, bytes.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return disk_error(what, errno);
    size += static_cast<std::size_t>(got);
    if (size > most) return not_a_file(std::string{what}, "is too large");
    if (size < bytes.size()) {  // which a regular file does at its end only
      bytes.resize(size);
      return bytes;
    }
    bytes.resize(4 * size);
  }
}

Status sync(int fd, std::string_view what)
{
  while (::fsync(fd) != 0) {
    if (errno != EINTR) return disk_error(what, errno);
  }
  return {};
}

Result<UniqueFd> open_regular(int dir, const std::string& name, int flags)
{
  UniqueFd fd{
      ::openat(dir, name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600)};
  if (!fd && errno == ELOOP) return not_a_file(name, "is a symbolic link");
  if (!fd) return disk_error("'" + printable(name) + "'", errno);

  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) return disk_error("'" + printable(name) + "'", errno);
  if (!S_ISREG(status.st_mode)) return not_a_file(name, "is not a regular file");
  if (status.st_uid != own_user()) return not_a_file(name, "belongs to another user");
  if (status.st_nlink > 1) return not_a_file(name, "has a second name (a hard link)");
  return fd;
}

Status write_file(int dir, const std::string& name, ByteView content, bool durable)
{
  const auto what = "cannot write '" + printable(name) + "'";
  const auto temporary = "." + name + "." + std::to_string(::getpid());
  UniqueFd fd{::openat(dir, temporary.c_str(),
                       O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!fd) return disk_error(what, errno);

  auto written = write_all(fd.get(), content, what);
  if (written && durable) written = sync(fd.get(), what);
  if (written && ::renameat(dir, temporary.c_str(), dir, name.c_str()) != 0) {
    written = disk_error(what, errno);
  }
  if (!written) ::unlinkat(dir, temporary.c_str(), 0);
  if (written && durable) written = sync(dir, what);
  return written;
}

void wait_for(Duration duration)
{
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(duration);
  ::poll(nullptr, 0, static_cast<int>(ms.count()));
}

}  // namespace asyncz::stores
