// SPDX-License-Identifier: MIT
#include "run/log_follower.hpp"

#include "run/run_log_files.hpp"

#include <sys/stat.h>

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
    const auto size = size_of_log(log_.get());
    if (offset_ > size) offset_ = 0;  // its run has cut it short
    if (offset_ == size) return true;
    const auto piece = read_piece(log_.get(), offset_, size);
    if (!piece) return piece.error();
    offset_ = piece->end;
    if (!piece->text.empty() && !sink(piece->text)) return false;
  }
}

bool LogFollower::ended() const
{
  struct stat status {};
  return ::fstat(log_.get(), &status) != 0 || status.st_nlink == 0;
}

}  // namespace asyncz
