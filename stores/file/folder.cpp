// SPDX-License-Identifier: MIT
#include "stores/file/folder.hpp"

#include "base/text.hpp"
#include "stores/file/disk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace asyncz::stores {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

// Makes one directory with this mode, whatever the umask. Whether it was not there.
Result<bool> make_directory(const std::string& path, mode_t mode, const std::string& what)
{
  if (::mkdir(path.c_str(), mode) != 0) {
    return errno == EEXIST ? Result{false} : disk_error(what, errno);
  }
  const UniqueFd made{::open(path.c_str(), folder_flags | O_NOFOLLOW)};
  if (!made || ::fchmod(made.get(), mode) != 0) return disk_error(what, errno);
  return true;
}

// Makes the directory and those above it, each durable in the one above.
Status make_directories(const std::string& path, mode_t mode)
{
  const auto what = "cannot make '" + printable(path) + "'";
  auto made = make_directory(path, mode, what);
  if (!made && made.error().kind == ErrorKind::not_found && path.find_last_of('/') > 0) {
    const auto above = path.substr(0, path.find_last_of('/'));
    if (auto done = make_directories(above, 0700); !done) return done;
    made = make_directory(path, mode, what);
  }
  if (!made) return made.error();
  if (!*made) return {};
  const UniqueFd above{::open((path + "/..").c_str(), folder_flags)};
  return above ? sync(above.get(), what) : Status{};
}

Status check_ours(int fd, const std::string& path, mode_t mode)
{
  struct stat status = {};
  if (::fstat(fd, &status) != 0) return disk_error("'" + printable(path) + "'", errno);
  if (status.st_uid != ::geteuid()) {
    return Error{ErrorKind::denied, "the store '" + printable(path) + "' belongs to another user",
                 "run asyncz as its owner, or name another store with --store"};
  }
  const auto open_to = status.st_mode & 0777U & ~mode;
  if (open_to != 0) {
    return Error{ErrorKind::denied, "the store '" + printable(path) + "' is open to other users",
                 "chmod go= " + shell_quoted(path)};
  }
  return {};
}

}  // namespace

Result<Folder> Folder::open(std::string path, mode_t mode, bool create)
{
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  UniqueFd fd{::open(path.c_str(), folder_flags)};
  if (!fd && errno == ENOENT && create) {
    if (auto made = make_directories(path, mode); !made) return made.error();
    fd.reset(::open(path.c_str(), folder_flags));
  }
  if (!fd && errno == ENOENT) {
    return Error{ErrorKind::not_found, "there is no store at '" + printable(path) + "'",
                 "asyncz add makes it"};
  }
  if (!fd && errno == ENOTDIR) {
    return Error{ErrorKind::usage, "'" + printable(path) + "' is not a directory", {}};
  }
  if (!fd) return disk_error("the store '" + printable(path) + "'", errno);
  if (auto ours = check_ours(fd.get(), path, mode); !ours) return ours.error();
  return Folder{std::move(path), std::move(fd)};
}

bool Folder::on_network() const
{
  struct statfs status = {};
  if (::fstatfs(fd(), &status) != 0) return false;
  // nfs, smb, smb2, cifs, fuse, 9p, ceph, afs, lustre, gfs2, ocfs2 (statfs(2), linux/magic.h)
  constexpr std::array<std::uint32_t, 11> remote{0x6969,     0x517B,     0xFE534D42, 0xFF534D42,
                                                 0x65735546, 0x01021997, 0x00C36400, 0x5346414F,
                                                 0x0BD00BD0, 0x01161970, 0x7461636F};
  return std::find(remote.begin(), remote.end(), static_cast<std::uint32_t>(status.f_type)) !=
         remote.end();
}

std::string Folder::inner_path(std::string_view name) const
{
  auto path = path_ + "/.asyncz";
  if (!name.empty()) path += "/" + std::string{name};
  return path;
}

Result<UniqueFd> Folder::inner(std::string_view name, bool make) const
{
  const auto what = "'" + printable(inner_path(name)) + "'";
  int above = fd();
  UniqueFd outer;
  std::string leaf = ".asyncz";
  if (!name.empty()) {
    auto opened = inner({}, make);
    if (!opened) return opened;
    outer = *std::move(opened);
    above = outer.get();
    leaf = name;
  }
  UniqueFd folder{::openat(above, leaf.c_str(), folder_flags | O_NOFOLLOW)};
  if (!folder && errno == ENOENT && make) {
    if (::mkdirat(above, leaf.c_str(), 0700) != 0 && errno != EEXIST) {
      return disk_error("cannot make " + what, errno);
    }
    if (auto synced = stores::sync(above, what); !synced) return synced.error();
    folder.reset(::openat(above, leaf.c_str(), folder_flags | O_NOFOLLOW));
  }
  if (!folder) return disk_error(what, errno);

  struct stat status = {};
  if (::fstat(folder.get(), &status) != 0) return disk_error(what, errno);
  if (status.st_uid != ::geteuid()) {
    return Error{ErrorKind::denied, what + " belongs to another user", {}};
  }
  if ((status.st_mode & 0077U) != 0) {
    return Error{ErrorKind::denied, what + " is open to other users",
                 "chmod go= " + shell_quoted(inner_path(name))};
  }
  return folder;
}

Status Folder::sync() const
{
  return stores::sync(fd(), "cannot make changes of '" + printable(path_) + "' durable");
}

Status each_name(int dir, const VisitName& visit)
{
  UniqueFd own{::openat(dir, ".", folder_flags)};
  if (!own) return disk_error("cannot read the store's directory", errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries{::fdopendir(own.get()), ::closedir};
  if (!entries) return disk_error("cannot read the store's directory", errno);
  static_cast<void>(own.release());  // the DIR's now
  for (;;) {
    errno = 0;
    const auto* entry = ::readdir(entries.get());
    if (!entry && errno != 0) return disk_error("cannot read the store's directory", errno);
    if (!entry) return {};
    const std::string_view name{static_cast<const char*>(entry->d_name)};
    if (name == "." || name == "..") continue;
    if (!visit(static_cast<const char*>(entry->d_name), entry->d_type)) return {};
  }
}

}  // namespace asyncz::stores
