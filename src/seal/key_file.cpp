// SPDX-License-Identifier: MIT
#include "seal/key_file.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace asyncz {
namespace {

constexpr std::size_t largest_key_file = std::size_t{64} << 10;

// Bytes that are wiped when they go.
struct Secret {
  Bytes bytes;

  explicit Secret(std::size_t size) : bytes(size) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { sodium_memzero(bytes.data(), bytes.size()); }
};

Error system_error(const std::string& what, int number)
{
  const bool denied = number == EACCES || number == EPERM || number == EROFS;
  return {denied ? ErrorKind::denied : ErrorKind::failed, what + ": " + std::strerror(number), {}};
}

Status check_key_file(const std::string& path, const struct stat& info, KeyFileAccess access)
{
  if (!S_ISREG(info.st_mode)) {
    return Error{ErrorKind::usage, "key file " + path + " is no plain file", {}};
  }
  if (access == KeyFileAccess::any) return {};
  const auto us = ::geteuid();
  if (info.st_uid != us && info.st_uid != 0 && us != 0) {
    return Error{ErrorKind::denied, "key file " + path + " belongs to somebody else", {}};
  }
  if ((info.st_mode & 077) != 0) {
    return Error{ErrorKind::denied, "key file " + path + " is open to others",
                 "chmod 600 " + shell_quoted(path)};
  }
  return {};
}

// Fills `into` as far as the file goes; how much that was.
Result<std::size_t> read_up_to(int fd, Bytes& into, const std::string& path)
{
  std::size_t size = 0;
  while (size < into.size()) {
    const auto got = ::read(fd, into.data() + size, into.size() - size);
    if (got == 0) break;
    if (got > 0) {
      size += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return system_error("reading key file " + path, errno);
    }
  }
  return size;
}

Status write_all(int fd, ByteView bytes, const std::string& path)
{
  while (!bytes.empty()) {
    const auto put = ::write(fd, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    } else if (errno != EINTR) {
      return system_error("writing key file " + path, errno);
    }
  }
  return {};
}

std::string folder_of(const std::string& path)
{
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status sync_folder(const std::string& path)
{
  const UniqueFd folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || ::fsync(folder.get()) != 0) return system_error("syncing folder " + path, errno);
  return {};
}

// Makes a folder and those above it where they are missing: a user's own are closed to others,
// root's (/etc/asyncz) also hold what everybody reads.
Status make_folder(const std::string& path)
{
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return {};
  const auto parent = folder_of(path);
  if (parent != path) {
    if (auto status = make_folder(parent); !status) return status;
  }
  const mode_t mode = ::geteuid() == 0 ? 0755 : 0700;
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
    return system_error("making folder " + path, errno);
  }
  return sync_folder(parent);
}

// 64 hexadecimal digits of fresh randomness and a newline.
void fill_with_key_text(Secret& text)
{
  Secret random{32};
  randombytes_buf(random.bytes.data(), random.bytes.size());
  text.bytes.resize(random.bytes.size() * 2 + 1);
  sodium_bin2hex(reinterpret_cast<char*>(text.bytes.data()), text.bytes.size(), random.bytes.data(),
                 random.bytes.size());
  text.bytes.back() = '\n';  // instead of the NUL
}

// Writes a new key beside `path`, for the owner of `like` where there is one; the file's name.
Result<std::string> write_new_key(const std::string& path, const struct stat* like = nullptr)
{
  auto temporary = path + ".XXXXXX";
  const UniqueFd file{::mkostemp(temporary.data(), O_CLOEXEC)};  // mode 0600
  if (!file) return system_error("making key file " + path, errno);

  Secret text{0};
  fill_with_key_text(text);
  auto status = write_all(file.get(), text.bytes, path);
  if (status && like != nullptr && ::fchown(file.get(), like->st_uid, like->st_gid) != 0) {
    status = system_error("giving key file " + path + " to its owner", errno);
  }
  if (status && ::fsync(file.get()) != 0) status = system_error("syncing key file " + path, errno);
  if (status) return temporary;
  ::unlink(temporary.c_str());
  return status.error();
}

// Gives the whole file its name in one step, so that nobody ever reads half a key.
Status publish(const std::string& temporary, const std::string& path)
{
  if (::link(temporary.c_str(), path.c_str()) == 0) return sync_folder(folder_of(path));
  if (errno != EEXIST) return system_error("making key file " + path, errno);
  return Error{ErrorKind::conflict, "key file " + path + " exists already",
               "a key file is never written over; name another one"};
}

// Held by who exchanges keys in this folder, as long as the descriptor is open. Nobody else may
// write there, or names could change under our hands.
Result<UniqueFd> lock_folder(const std::string& path)
{
  UniqueFd folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  struct stat info {};
  if (!folder || ::fstat(folder.get(), &info) != 0) {
    return system_error("opening folder " + path, errno);
  }
  const bool ours = info.st_uid == ::geteuid() || info.st_uid == 0;
  if (!ours || (info.st_mode & 022) != 0) {
    return Error{ErrorKind::denied, "others may write in the key's folder " + path,
                 "rotate as its owner, and close it: chmod go-w " + shell_quoted(path)};
  }
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) return folder;
  if (errno != EWOULDBLOCK) return system_error("locking folder " + path, errno);
  return Error{ErrorKind::conflict, "another process is replacing a key in " + path, "try again"};
}

// Frees the name FILE.previous: what has it becomes FILE.previous.N.
Status put_previous_aside(const std::string& previous)
{
  for (int number = 1;; ++number) {
    const auto aside = previous + "." + std::to_string(number);
    if (::renameat2(AT_FDCWD, previous.c_str(), AT_FDCWD, aside.c_str(), RENAME_NOREPLACE) == 0 ||
        errno == ENOENT) {
      return {};
    }
    if (errno != EEXIST) return system_error("renaming key file " + previous, errno);
  }
}

// Two names for the old key, then one of them for the new one: there is never none.
Status exchange(const std::string& path, const std::string& temporary)
{
  const auto previous = path + ".previous";
  if (auto status = put_previous_aside(previous); !status) return status;
  if (::link(path.c_str(), previous.c_str()) != 0) {
    return system_error("making key file " + previous, errno);
  }
  if (auto status = sync_folder(folder_of(path)); !status) return status;
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return system_error("replacing key file " + path, errno);
  }
  return sync_folder(folder_of(path));
}

}  // namespace

Result<std::optional<Key>> read_key_file(const std::string& path, KeyFileAccess access)
{
  const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::optional<Key>{};
  if (!file) return system_error("opening key file " + path, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return system_error("reading key file " + path, errno);
  if (auto status = check_key_file(path, info, access); !status) return status.error();

  const auto told = static_cast<std::size_t>(info.st_size);  // 0 for what is no plain file
  const auto expected = told == 0 ? largest_key_file : std::min(told, largest_key_file);
  Secret content{expected + 1};
  const auto size = read_up_to(file.get(), content.bytes, path);
  if (!size) return size.error();
  if (*size > expected) {
    const bool grew = expected < largest_key_file;
    return Error{ErrorKind::usage,
                 "key file " + path + (grew ? " grew while it was read" : " is larger than 64 KiB"),
                 {}};
  }
  ByteView secret{content.bytes.data(), *size};
  if (!secret.empty() && secret.back() == '\n') secret = secret.first(secret.size() - 1);
  if (secret.empty()) {
    return Error{ErrorKind::usage, "key file " + path + " is empty",
                 "asyncz key generate FILE makes one"};
  }
  return std::optional<Key>{Key::from_secret(secret)};
}

Status generate_key_file(const std::string& path)
{
  if (auto status = make_folder(folder_of(path)); !status) return status;
  const auto temporary = write_new_key(path);
  if (!temporary) return temporary.error();
  auto status = publish(*temporary, path);
  ::unlink(temporary->c_str());
  return status;
}

Status replace_key_file(const std::string& path)
{
  struct stat old {};
  if (::lstat(path.c_str(), &old) != 0) {
    return Error{ErrorKind::not_found, "there is no key file " + path,
                 "asyncz key generate makes one"};
  }
  if (!S_ISREG(old.st_mode)) {
    return Error{ErrorKind::usage, "key file " + path + " is no plain file",
                 "name the file itself, not a link to it"};
  }
  const auto lock = lock_folder(folder_of(path));
  if (!lock) return lock.error();
  const auto temporary = write_new_key(path, &old);
  if (!temporary) return temporary.error();
  auto status = exchange(path, *temporary);
  if (!status) ::unlink(temporary->c_str());
  return status;
}

}  // namespace asyncz
