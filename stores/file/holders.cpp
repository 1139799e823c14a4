// SPDX-License-Identifier: MIT
#include "stores/file/holders.hpp"

#include "base/number.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>

namespace asyncz::stores {
namespace {

// Visits the numbers among the names of a folder of /proc.
void each_number(const std::string& path, const std::function<void(int)>& visit)
{
  const std::unique_ptr<DIR, int (*)(DIR*)> entries{::opendir(path.c_str()), ::closedir};
  if (!entries) return;
  while (const auto* entry = ::readdir(entries.get())) {
    const auto number = parse_number<int>(static_cast<const char*>(entry->d_name));
    if (number) visit(*number);
  }
}

// Whether a descriptor's fdinfo (proc(5)) has a line of a lock:
//   lock:	1: OFDLCK ADVISORY  WRITE -1 08:01:1234 0 EOF
bool holds_lock(const std::string& fdinfo)
{
  std::ifstream lines{fdinfo};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("lock:")) return true;
  }
  return false;
}

}  // namespace

std::optional<pid_t> process_with_lock(int file)
{
  struct stat wanted = {};
  if (::fstat(file, &wanted) != 0) return std::nullopt;
  std::optional<pid_t> found;
  each_number("/proc", [&](int pid) {
    const auto process = "/proc/" + std::to_string(pid);
    each_number(process + "/fd", [&](int fd) {
      struct stat status = {};
      if (::stat((process + "/fd/" + std::to_string(fd)).c_str(), &status) != 0) return;
      if (status.st_ino != wanted.st_ino || status.st_dev != wanted.st_dev) return;
      if (!holds_lock(process + "/fdinfo/" + std::to_string(fd))) return;
      if (!found || pid > *found) found = pid;
    });
  });
  return found;
}

}  // namespace asyncz::stores
