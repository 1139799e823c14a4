// SPDX-License-Identifier: MIT
#include "journal_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

using namespace asyncz;

Error JournalFile::error() const
{
  const auto kind = errno == ENOENT   ? ErrorKind::not_found
                    : errno == EACCES ? ErrorKind::denied
                                      : ErrorKind::unavailable;
  return {kind, path_ + ": " + std::strerror(errno), {}};
}

// A new name has to be found again after a power failure.
Status JournalFile::sync_folder() const
{
  const auto folder = path_.substr(0, path_.rfind('/') + 1);
  const UniqueFd fd{::open(folder.c_str(), O_RDONLY | O_CLOEXEC)};
  return fd && ::fsync(fd.get()) == 0 ? Status{} : Status{error()};
}

Status JournalFile::open(bool create)
{
  const int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0);
  file_.reset(::open(path_.c_str(), flags, 0600));
  if (!file_) return error();
  return create ? sync_folder() : Status{};
}

bool JournalFile::was_replaced() const
{
  struct stat ours {};
  struct stat named {};
  return ::fstat(file_.get(), &ours) != 0 || ::stat(path_.c_str(), &named) != 0 ||
         ours.st_ino != named.st_ino || ours.st_dev != named.st_dev;
}

Status JournalFile::lock()
{
  for (;;) {
    while (::flock(file_.get(), LOCK_EX) != 0) {
      if (errno != EINTR) return error();
    }
    if (!was_replaced()) return read_on();
    if (auto opened = open(false); !opened) return opened;
    forget_();
    read_ = 0;
  }
}

void JournalFile::unlock() { ::flock(file_.get(), LOCK_UN); }

// A line without its end was being written by somebody who died: it never counted, and makes room
// for the next one.
Status JournalFile::read_on()
{
  std::string text;
  std::array<char, 65536> chunk{};
  for (;;) {
    const auto at = static_cast<off_t>(read_ + text.size());
    const auto got = ::pread(file_.get(), chunk.data(), chunk.size(), at);
    if (got < 0 && errno != EINTR) return error();
    if (got == 0) break;
    if (got > 0) text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    if (auto applied = apply_(std::string_view{text}.substr(begin, end - begin)); !applied) {
      return applied;
    }
    read_ += end + 1 - begin;
    begin = end + 1;
  }
  if (begin == text.size()) return {};
  return ::ftruncate(file_.get(), static_cast<off_t>(read_)) == 0 ? Status{} : Status{error()};
}

Status JournalFile::append(const std::string& line)
{
  const auto written = ::write(file_.get(), line.data(), line.size());
  const bool whole = written == static_cast<ssize_t>(line.size());
  if (whole && ::fdatasync(file_.get()) == 0) return read_on();
  const auto failure = error();
  return ::ftruncate(file_.get(), static_cast<off_t>(read_)) == 0 ? Status{failure}
                                                                  : Status{error()};
}

// The new file is locked before it has the name, so that nobody comes between.
Status JournalFile::replace(const std::string& lines)
{
  const auto path = path_ + ".new";
  UniqueFd file{::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!file || ::flock(file.get(), LOCK_EX) != 0) return error();
  if (::write(file.get(), lines.data(), lines.size()) != static_cast<ssize_t>(lines.size()) ||
      ::fsync(file.get()) != 0 || ::rename(path.c_str(), path_.c_str()) != 0) {
    return error();
  }
  file_ = std::move(file);
  read_ = lines.size();
  return sync_folder();
}
