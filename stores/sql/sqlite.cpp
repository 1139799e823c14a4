// SPDX-License-Identifier: MIT
#include "stores/sql/sqlite.hpp"

#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "stores/sql/sqlite_connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace asyncz::stores {
namespace {

Error file_error(std::string_view what, const std::string& path, int code)
{
  const bool denied = code == EACCES || code == EPERM || code == EROFS;
  return {denied ? ErrorKind::denied : ErrorKind::unavailable,
          fmt::format("cannot {} '{}': {}", what, printable(path), std::strerror(code)),
          denied ? "" : "does its disk work, and is its folder there?"};
}

// Every transaction appends to the write-ahead log, which stays as long as we have the file open.
class LogWatch final : public SqlWatch {
 public:
  explicit LogWatch(UniqueFd fd) : fd_{std::move(fd)} {}

  int fd() const override { return fd_.get(); }
  void clear() override
  {
    std::array<char, 4096> events{};
    while (::read(fd_.get(), events.data(), events.size()) > 0) continue;
  }

 private:
  UniqueFd fd_;
};

class SqliteDatabase final : public SqlDatabase {
 public:
  explicit SqliteDatabase(std::string path) : path_{std::move(path)} {}

  SqlKind kind() const override { return SqlKind::sqlite; }
  Result<std::unique_ptr<SqlConnection>> connect(bool synced) override
  {
    return connect_sqlite(path_, synced);
  }
  Result<std::unique_ptr<SqlWatch>> watch(const std::string& channel) override;
  Result<std::vector<Store::Trait>> examine(SqlConnection& connection) override;

 private:
  std::string path_;
};

Result<std::unique_ptr<SqlWatch>> SqliteDatabase::watch(const std::string&)
{
  UniqueFd fd{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  if (!fd) return file_error("watch", path_, errno);
  const auto log = path_ + "-wal";
  if (::inotify_add_watch(fd.get(), log.c_str(), IN_MODIFY) < 0) {
    return file_error("watch", log, errno);
  }
  return std::unique_ptr<SqlWatch>{std::make_unique<LogWatch>(std::move(fd))};
}

Result<std::vector<Store::Trait>> SqliteDatabase::examine(SqlConnection& connection)
{
  constexpr long nfs_magic = 0x6969;
  constexpr long smb2_magic = static_cast<long>(0xFE534D42);
  std::vector<Store::Trait> traits;
  std::string mode, version;
  const auto asked = connection.run(
      "SELECT journal_mode, sqlite_version() FROM pragma_journal_mode", {}, [&](const SqlRow& row) {
        mode = row.text(0);
        version = row.text(1);
      });
  if (!asked) return asked.error();
  traits.push_back({fmt::format("SQLite {}, journal mode {}", version, mode),
                    mode == "wal" ? "" : "keep the file where SQLite can share memory"});
  std::string state;
  const auto checked =
      connection.run("PRAGMA quick_check(1)", {}, [&](const SqlRow& row) { state = row.text(0); });
  if (!checked) return checked.error();
  traits.push_back({state == "ok" ? "the file is sound" : "the file is damaged: " + state,
                    state == "ok" ? "" : "restore a copy of it"});
  struct statfs system = {};
  if (::statfs(path_.c_str(), &system) == 0 &&
      (system.f_type == nfs_magic || system.f_type == smb2_magic)) {
    traits.push_back({"the file is on a network file system",
                      "keep it on a local one: SQLite's locks do not hold there"});
  }
  return traits;
}

// --- The file ------------------------------------------------------------------------------------

// Closing a database's file would drop the locks that SQLite has on it in this process, so nothing
// but a file that is not there yet is opened here.
Status make_file(const std::string& path)
{
  std::error_code error;
  const auto folder = std::filesystem::path{path}.parent_path();
  if (!std::filesystem::exists(folder, error)) {
    std::filesystem::create_directories(folder, error);
    if (error) return file_error("make", folder.string(), error.value());
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  const UniqueFd fd{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  return fd || errno == EEXIST ? Status{} : file_error("make", path, errno);
}

Status check_file(const std::string& path)
{
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0) return file_error("open", path, errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorKind::corrupt, "'" + printable(path) + "' is no regular file", {}};
  }
  if (status.st_uid != ::geteuid()) {
    return Error{ErrorKind::denied, "the store '" + printable(path) + "' belongs to another user",
                 "run asyncz as its owner, or name another store with --store"};
  }
  if ((status.st_mode & 077U) != 0) {
    return Error{ErrorKind::denied, "the store '" + printable(path) + "' is open to other users",
                 "chmod go= " + shell_quoted(path)};
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<SqlDatabase>> open_sqlite(const std::string& path, bool create)
{
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    if (!missing) return file_error("open", path, errno);
    if (!create) {
      return Error{ErrorKind::not_found, "there is no store '" + printable(path) + "'",
                   "asyncz add makes one"};
    }
    if (auto made = make_file(path); !made) return made.error();
  }
  if (auto checked = check_file(path); !checked) return checked.error();
  return std::unique_ptr<SqlDatabase>{std::make_unique<SqliteDatabase>(path)};
}

}  // namespace asyncz::stores
