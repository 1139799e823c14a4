// SPDX-License-Identifier: MIT
#include "stores/file/task_files.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "stores/file/disk.hpp"
#include "stores/file/two_threads.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <mutex>

namespace asyncz::stores {
namespace {

constexpr std::size_t largest_file = prefix_size + largest_sealed;

Error no_task(std::string_view id)
{
  return {ErrorKind::not_found, "no task '" + printable(id) + "'", {}};
}

Error for_task(const Error& error, std::string_view id)
{
  return error.kind == ErrorKind::not_found ? no_task(id)
                                            : error.in("task '" + printable(id) + "'");
}

// check_stored_id(), sooner done for what nearly all ids are made of.
bool is_id(std::string_view id)
{
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '@' || c == '.' || c == '-';
  };
  const bool plain = !id.empty() && id.size() <= 200 && id[0] != '.' && id[0] != '-' &&
                     std::all_of(id.begin(), id.end(), is_plain);
  return plain || check_stored_id(id);
}

// Gives the file without a name one. Without privileges older kernels want the way over /proc.
bool link_to(int fd, int dir, const std::string& name)
{
  if (::linkat(fd, "", dir, name.c_str(), AT_EMPTY_PATH) == 0) return true;
  if (errno != ENOENT && errno != EPERM && errno != EINVAL) return false;
  const auto path = "/proc/self/fd/" + std::to_string(fd);
  return ::linkat(AT_FDCWD, path.c_str(), dir, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

bool has_no_nameless_files(int error)
{
  return error == EOPNOTSUPP || error == EISDIR || error == EINVAL || error == ENOENT;
}

}  // namespace

std::string TaskFiles::name_of(std::string_view id) const { return std::string{id} + suffix_; }

std::optional<std::string_view> TaskFiles::id_of(std::string_view name) const
{
  if (name.size() <= suffix_.size() || !name.ends_with(suffix_)) return std::nullopt;
  return name.substr(0, name.size() - suffix_.size());
}

Result<UniqueFd> TaskFiles::open(std::string_view id, int flags) const
{
  if (!is_id(id)) {
    return Error{
        ErrorKind::corrupt, "a task file is named '" + printable(id) + "', which is no id", {}};
  }
  auto fd = open_regular(folder_.fd(), name_of(id), flags);
  if (!fd) return for_task(fd.error(), id);
  return fd;
}

Result<Record> TaskFiles::read(std::string_view id) const
{
  const auto fd = open(id, O_RDONLY);
  if (!fd) return fd.error();
  const auto bytes = read_all(fd->get(), largest_file, "task '" + printable(id) + "'");
  if (!bytes) return bytes.error();
  return decode_task_file(id, *bytes);
}

Result<Prefix> TaskFiles::read_prefix(std::string_view id, PrefixBuffer& buffer) const
{
  return read_prefix_of(name_of(id).c_str(), id, buffer);
}

// Of a file that stands in the directory; one that has gone since is not_found.
Result<Prefix> TaskFiles::prefix_of_entry(const char* name, unsigned char type, std::string_view id,
                                          PrefixBuffer& buffer) const
{
  if (type == DT_REG || type == DT_UNKNOWN) return read_prefix_of(name, id, buffer);
  return Error{ErrorKind::corrupt, "task '" + printable(id) + "' is not a regular file", {}};
}

// Without fstat(2), which a scan of many files would feel: who changes a file looks more closely.
Result<Prefix> TaskFiles::read_prefix_of(const char* name, std::string_view id,
                                         PrefixBuffer& buffer) const
{
  const UniqueFd fd{
      ::openat(folder_.fd(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
  if (!fd) return for_task(disk_error("cannot open it", errno), id);
  const auto size = ::read(fd.get(), buffer.data(), buffer.size());
  if (size < 0 && errno != EISDIR) return for_task(disk_error("cannot read it", errno), id);
  const auto prefix = decode_prefix({buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size)});
  if (prefix && is_id(id)) return *prefix;
  return Error{ErrorKind::corrupt, "task '" + printable(id) + "' is not what asyncz writes", {}};
}

Status TaskFiles::each(const VisitPrefix& visit) const
{
  std::mutex one_at_a_time;
  std::array<Status, 2> read;
  in_two_threads([&](std::size_t half) {
    PrefixBuffer buffer;
    read.at(half) = each_name(folder_.fd(), [&](const char* name, unsigned char type) {
      const auto id = id_of(name);
      if (!id || std::hash<std::string_view>{}(*id) % read.size() != half) return true;
      const auto prefix = prefix_of_entry(name, type, *id, buffer);
      if (!prefix && prefix.error().kind == ErrorKind::not_found) return true;
      const std::lock_guard lock{one_at_a_time};
      visit(*id, prefix);
      return true;
    });
  });
  return read[0] ? read[1] : read[0];
}

Status TaskFiles::each_id(const std::function<bool(std::string_view id)>& visit) const
{
  return each_name(folder_.fd(), [&](const char* name, unsigned char) {
    const auto id = id_of(name);
    return !id || visit(*id);
  });
}

Result<Draft> TaskFiles::draft(const Record& record, bool synced) const
{
  const auto what = "cannot write task '" + printable(record.id) + "'";
  if (record.sealed.size() > largest_sealed || record.queue.size() > 63) {
    return Error{ErrorKind::usage, what + ": it is larger than 16 MiB", {}};
  }
  Draft draft;
  draft.fd.reset(::openat(folder_.fd(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!draft.fd && has_no_nameless_files(errno)) {
    const auto above = folder_.inner("new", true);
    if (!above) return above.error();
    draft.temporary = new_task_id() + new_task_id();
    draft.fd.reset(::openat(above->get(), draft.temporary.c_str(),
                            O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600));
  }
  if (!draft.fd) return disk_error(what, errno);
  auto written = write_all(draft.fd.get(), encode_task_file(record), what);
  if (written && synced) written = sync(draft.fd.get(), what);
  if (!written) {
    discard(draft);
    return written.error();
  }
  return draft;
}

Status TaskFiles::publish_new(Draft& draft, std::string_view id) const
{
  const auto what = "cannot add task '" + printable(id) + "'";
  const auto name = name_of(id);
  bool done = false;
  if (draft.temporary.empty()) {
    done = link_to(draft.fd.get(), folder_.fd(), name);
  } else {
    const auto above = folder_.inner("new", true);
    if (!above) return above.error();
    done = ::renameat2(above->get(), draft.temporary.c_str(), folder_.fd(), name.c_str(),
                       RENAME_NOREPLACE) == 0;
  }
  if (done) return {};
  const auto error = errno;
  discard(draft);
  if (error == EEXIST) {
    return Error{ErrorKind::conflict, "there is a task '" + printable(id) + "' already", {}};
  }
  return disk_error(what, error);
}

Status TaskFiles::publish_over(Draft& draft, std::string_view id) const
{
  const auto what = "cannot write task '" + printable(id) + "'";
  const auto above = folder_.inner("new", true);
  if (!above) return above.error();
  const auto name = name_of(id);
  if (draft.temporary.empty()) {
    ::unlinkat(above->get(), name.c_str(), 0);  // of one who died here
    if (!link_to(draft.fd.get(), above->get(), name)) return disk_error(what, errno);
    draft.temporary = name;
  }
  if (::renameat(above->get(), draft.temporary.c_str(), folder_.fd(), name.c_str()) == 0) return {};
  const auto error = errno;
  discard(draft);
  return disk_error(what, error);
}

Status TaskFiles::remove(std::string_view id) const
{
  if (::unlinkat(folder_.fd(), name_of(id).c_str(), 0) == 0) return {};
  return for_task(disk_error("cannot remove it", errno), id);
}

Result<std::string> TaskFiles::quarantine(std::string_view id) const
{
  constexpr int most_of_a_name = 1000;
  const auto folder = folder_.inner("quarantine", true);
  if (!folder) return folder.error();
  const auto name = name_of(id);
  auto place = name;
  for (int n = 1;
       ::renameat2(folder_.fd(), name.c_str(), folder->get(), place.c_str(), RENAME_NOREPLACE) != 0;
       ++n) {
    if (errno != EEXIST || n == most_of_a_name) {
      return for_task(disk_error("cannot move it", errno), id);
    }
    place = name + "." + std::to_string(n);
  }
  if (auto synced = sync(folder->get(), "quarantine"); !synced) return synced.error();
  if (auto synced = folder_.sync(); !synced) return synced.error();
  return folder_.inner_path("quarantine") + "/" + place;
}

void TaskFiles::discard(Draft& draft) const
{
  if (!draft.temporary.empty()) {
    const auto above = folder_.inner("new", false);
    if (above) ::unlinkat(above->get(), draft.temporary.c_str(), 0);
  }
  draft.fd.reset();
}

}  // namespace asyncz::stores
