// SPDX-License-Identifier: MIT
#include "run/run_log.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "run/run_log_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

namespace asyncz {
namespace {

constexpr std::int64_t block = 4096;
constexpr std::string_view spare_prefix = ".spare-";
constexpr auto kept_end = static_cast<std::int64_t>(kept_output);

std::int64_t beginning_of(std::int64_t limit)
{
  return std::max<std::int64_t>(0, limit - kept_end);
}

struct SealedLog {
  std::filesystem::path path;
  Instant written;
  std::int64_t size = 0;
};

std::vector<SealedLog> sealed_logs(const std::string& folder, std::error_code& error)
{
  std::vector<SealedLog> logs;
  for (std::filesystem::directory_iterator it{folder, error}, end; !error && it != end;
       it.increment(error)) {
    struct stat status {};
    const auto& path = it->path();
    if (path.filename().native().starts_with(spare_prefix)) ::unlink(path.c_str());
    if (path.extension() != sealed_suffix || ::lstat(path.c_str(), &status) != 0) continue;
    const auto written =
        std::chrono::seconds{status.st_mtim.tv_sec} +
        std::chrono::floor<Duration>(std::chrono::nanoseconds{status.st_mtim.tv_nsec});
    logs.push_back({path, Instant{written}, status.st_size});
  }
  return logs;
}

Status write_all(int fd, ByteView bytes)
{
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return log_error("cannot write a log", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Error log_error(std::string what, int error)
{
  const bool denied = error == EACCES || error == EPERM;
  const bool missing = error == ENOENT;
  const auto kind = denied    ? ErrorKind::denied
                    : missing ? ErrorKind::not_found
                              : ErrorKind::unavailable;
  return {kind, std::move(what) + ": " + std::strerror(error), {}};
}

std::string log_path(const std::string& folder, std::string_view run_id, std::string_view suffix)
{
  return folder + "/" + std::string{run_id} + std::string{suffix};
}

std::string log_folder(const Store& store)
{
  if (auto own = store.log_directory()) return *std::move(own);
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string{state} + "/asyncz/logs";
  if (::geteuid() == 0) return "/var/lib/asyncz/logs";
  const char* home = std::getenv("HOME");
  return std::string{home != nullptr ? home : ""} + "/.local/state/asyncz/logs";
}

Status make_log_folder(const std::string& folder)
{
  std::error_code error;
  const std::filesystem::path path{folder};
  std::filesystem::create_directories(path.parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return log_error("cannot make " + folder, errno);
  }
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0) return log_error("cannot read " + folder, errno);
  if (S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() && (status.st_mode & 0077U) == 0) {
    return {};
  }
  return Error{ErrorKind::denied, "the folder of logs " + folder + " is not ours alone",
               "chmod go= " + shell_quoted(folder)};
}

Result<UniqueFd> open_log(const std::string& path)
{
  constexpr int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  UniqueFd file{::open(path.c_str(), flags)};
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return log_error("cannot read " + path, errno);
  if (S_ISREG(status.st_mode) && status.st_uid == ::geteuid()) return file;
  return Error{ErrorKind::corrupt, path + " is no file of ours", {}};
}

Result<UniqueFd> make_log(const std::string& path, int flags)
{
  flags |= O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  UniqueFd file{::open(path.c_str(), flags, 0600)};
  if (!file && errno == EEXIST && ::unlink(path.c_str()) == 0) {
    file.reset(::open(path.c_str(), flags, 0600));
  }
  if (!file) return log_error("cannot make " + path, errno);
  return file;
}

LogMaker::~LogMaker()
{
  if (spare_) ::unlink(spare_path_.c_str());
}

void LogMaker::prepare()
{
  if (spare_) return;
  spare_path_ = log_path(folder_, std::string{spare_prefix} + new_task_id(), {});
  auto made = make_log(spare_path_, O_RDWR | O_APPEND);
  if (made) spare_ = *std::move(made);  // else whoever needs one says why
}

Result<UniqueFd> LogMaker::make(std::string_view run_id)
{
  // A log of this name can only be left over from a fence that a power failure took back.
  const auto path = log_path(folder_, run_id, clear_suffix);
  auto spare = std::move(spare_);
  if (spare && ::rename(spare_path_.c_str(), path.c_str()) == 0) return spare;
  return make_log(path, O_RDWR | O_APPEND);
}

std::string log_tail(int log)
{
  struct stat status {};
  if (::fstat(log, &status) != 0) return {};
  const auto length = std::min<std::int64_t>(status.st_size, kept_end);
  auto text = read_range(log, status.st_size - length, length);
  return text ? *std::move(text) : std::string{};
}

void trim_log(int log, std::int64_t limit)
{
  struct stat status {};
  if (::fstat(log, &status) != 0 || status.st_size <= limit + kept_end) return;
  const std::int64_t from = (beginning_of(limit) + block - 1) / block * block;
  const std::int64_t to = (status.st_size - kept_end) / block * block;
  if (to <= from) return;
  // Where the file system cannot, the log grows until the run has ended.
  ::fallocate(log, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from, to - from);
}

Status end_log(Vault& vault, const std::string& folder, std::string_view run_id, std::int64_t limit)
{
  const auto path = log_path(folder, run_id, clear_suffix);
  const auto log = open_log(path);
  if (!log) return log.error();
  struct stat status {};
  if (::fstat(log->get(), &status) != 0) return log_error("cannot read " + path, errno);
  if (status.st_size == 0) {
    ::unlink(path.c_str());
    return {};
  }
  const bool whole = status.st_size <= limit;
  const LogParts parts{.size = status.st_size,
                       .head = whole ? status.st_size : beginning_of(limit),
                       .tail = whole ? status.st_size : status.st_size - std::min(limit, kept_end)};
  const auto text = read_parts(log->get(), parts);
  if (!text) return text.error();
  const auto sealed = vault.seal_log(run_id, bytes_of(*text));
  if (!sealed) return sealed.error();

  const auto sealed_path = log_path(folder, run_id, sealed_suffix);
  const auto new_path = log_path(folder, run_id, ".new");
  const auto out = make_log(new_path, O_WRONLY);
  if (!out) return out.error();
  if (auto written = write_all(out->get(), *sealed); !written) {
    ::unlink(new_path.c_str());
    return written;
  }
  if (::rename(new_path.c_str(), sealed_path.c_str()) != 0) {
    return log_error("cannot make " + sealed_path, errno);
  }
  ::unlink(path.c_str());
  return {};
}

Status prune_logs(const std::string& folder, const LogLimits& limits)
{
  std::error_code error;
  auto logs = sealed_logs(folder, error);
  if (error) return log_error("cannot read " + folder, error.value());
  std::sort(logs.begin(), logs.end(),
            [](const SealedLog& a, const SealedLog& b) { return a.written > b.written; });
  std::int64_t bytes = 0;
  std::map<std::string, std::int64_t> runs;  // by task
  for (const auto& log : logs) {
    bytes += log.size;
    const auto run_of_task = ++runs[log.path.stem().stem()];
    const bool too_many = limits.runs_of_each_task > 0 && run_of_task > limits.runs_of_each_task;
    if (log.written < limits.written_since || bytes > limits.bytes || too_many) {
      std::filesystem::remove(log.path, error);
    }
  }
  return {};
}

}  // namespace asyncz
