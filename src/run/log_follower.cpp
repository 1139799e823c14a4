// SPDX-License-Identifier: MIT
#include "run/log_follower.hpp"

#include "run/run_log_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace asyncz {

Result<LogFollower> LogFollower::open(const std::string& folder, std::string_view run_id)
{
  const auto path = log_path(folder, run_id, clear_suffix);
  UniqueFd log{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (log) return LogFollower{std::move(log)};
  if (errno != ENOENT) return log_error("cannot read " + path, errno);
  return Error{ErrorKind::not_found, "run " + std::string{run_id} + " has no log here", {}};
}

Result<bool> LogFollower::pass_on(const LogSink& sink)
{
  for (;;) {
    const auto data = ::lseek(log_.get(), offset_, SEEK_DATA);
    if (data > offset_) offset_ = data;
    const auto text = read_range(log_.get(), offset_, std::int64_t{64} << 10);
    if (!text) return text.error();
    if (text->empty()) return true;
    offset_ += static_cast<std::int64_t>(text->size());
    if (!sink(*text)) return false;
  }
}

bool LogFollower::ended() const
{
  struct stat status {};
  return ::fstat(log_.get(), &status) != 0 || status.st_nlink == 0;
}

}  // namespace asyncz
