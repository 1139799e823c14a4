// SPDX-License-Identifier: MIT
#include "stores/file/run_locks.hpp"

#include "base/task_id.hpp"
#include "stores/file/disk.hpp"
#include "stores/file/holders.hpp"
#include "stores/file/locks.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::stores {
namespace {

bool is_missing(const Error& error) { return error.kind == ErrorKind::not_found; }

// Whether the file is still the one that its name stands for: only who has it locked removes it.
bool has_name(int file)
{
  struct stat status = {};
  return ::fstat(file, &status) == 0 && status.st_nlink > 0;
}

}  // namespace

RunLocks::~RunLocks()
{
  if (spare_) ::unlinkat(running_.get(), spare_name_.c_str(), 0);
}

Result<int> RunLocks::folder()
{
  if (!running_) {
    auto opened = folder_.inner("running", true);
    if (!opened) return opened.error();
    running_ = *std::move(opened);
  }
  return running_.get();
}

void RunLocks::prepare()
{
  const auto dir = folder();
  if (spare_ || !can_name_ || !dir) return;
  spare_name_ = ".spare-" + new_task_id();
  auto file = open_regular(*dir, spare_name_, O_WRONLY | O_CREAT | O_EXCL);
  if (file && try_lock_file(file->get())) spare_ = *std::move(file);
}

// What prepare() made, under the name of the task: it is locked before others can see it. Nothing
// where there is none, or that name is there.
UniqueFd RunLocks::take_spare(std::string_view id)
{
  if (!spare_) return {};
  const int dir = running_.get();
  const auto* const spare = spare_name_.c_str();
  if (::renameat2(dir, spare, dir, std::string{id}.c_str(), RENAME_NOREPLACE) == 0) {
    return std::move(spare_);
  }
  if (errno == EEXIST) return {};
  if (errno == EINVAL || errno == ENOSYS) can_name_ = false;
  ::unlinkat(dir, spare, 0);
  spare_.reset();
  return {};
}

// Makes the file, which nearly always is not there, or opens it where nobody has it.
Result<UniqueFd> RunLocks::open_or_make(std::string_view id)
{
  const auto dir = folder();
  if (!dir) return dir.error();
  const std::string name{id};
  auto file = open_regular(*dir, name, O_WRONLY | O_CREAT | O_EXCL);
  if (!file && is_missing(file.error())) running_.reset();  // the folder was removed
  if (file || file.error().kind != ErrorKind::conflict) return file;
  if (!is_free(id)) return UniqueFd{};
  return open_regular(*dir, name, O_WRONLY | O_CREAT);
}

Result<UniqueFd> RunLocks::take(std::string_view id)
{
  if (auto spare = take_spare(id)) return spare;
  for (;;) {
    auto file = open_or_make(id);
    if (!file || !*file) return file;
    if (!try_lock_file(file->get())) return UniqueFd{};
    if (has_name(file->get())) return file;
  }
}

void RunLocks::release(UniqueFd lock, std::string_view id)
{
  const auto dir = folder();
  if (lock && dir) ::unlinkat(*dir, std::string{id}.c_str(), 0);
}

bool RunLocks::is_free(std::string_view id)
{
  const auto dir = folder();
  if (!dir) return is_missing(dir.error());
  const auto file = open_regular(*dir, std::string{id}, O_RDONLY);
  return file ? !is_file_locked(file->get()) : is_missing(file.error());
}

Result<std::optional<pid_t>> RunLocks::holder(std::string_view id)
{
  const std::optional<pid_t> nobody;
  const auto dir = folder_.inner("running", false);
  if (!dir) return is_missing(dir.error()) ? Result{nobody} : dir.error();
  const auto file = open_regular(dir->get(), std::string{id}, O_RDONLY);
  if (!file) return is_missing(file.error()) ? Result{nobody} : file.error();
  if (!is_file_locked(file->get())) return nobody;
  return std::optional{process_with_lock(file->get()).value_or(0)};
}

Status RunLocks::sweep(const std::function<bool(std::string_view id)>& over)
{
  const auto dir = folder();
  if (!dir) return dir.error();
  std::vector<std::string> ids;
  const auto listed = each_name(*dir, [&](const char* name, unsigned char) {
    if (over(name)) ids.emplace_back(name);
    return true;
  });
  if (!listed) return listed;
  for (const auto& id : ids) {
    auto lock = take(id);
    if (lock) release(*std::move(lock), id);
  }
  return {};
}

}  // namespace asyncz::stores
