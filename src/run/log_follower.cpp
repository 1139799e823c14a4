// SPDX-License-Identifier: MIT
#include "run/log_follower.hpp"

#include "run/run_log_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace asyncz {

Result<LogFollower> LogFollower::open(const std::string& folder, std::string_view run_id)
{
  auto log = open_log(log_path(folder, run_id, clear_suffix));
  if (log) return LogFollower{*std::move(log)};
  if (log.error().kind != ErrorKind::not_found) return log.error();
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
