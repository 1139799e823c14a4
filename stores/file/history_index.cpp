// SPDX-License-Identifier: MIT
#include "stores/file/history_index.hpp"

#include "stores/file/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <tuple>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr std::size_t most_unsorted = 1024;

bool is_before(const HistoryIndex::Place& a, const HistoryIndex::Place& b)
{
  return std::tie(a.task_tag, a.fence) < std::tie(b.task_tag, b.fence);
}

// Up to `most` bytes from `begin` on.
Result<Bytes> read_range(int fd, off_t begin, std::size_t most)
{
  Bytes bytes(most);
  std::size_t size = 0;
  while (size < most) {
    const auto got =
        ::pread(fd, bytes.data() + size, most - size, begin + static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return disk_error("cannot read the history", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

// --- Keeping up ----------------------------------------------------------------------------------

// The folder's state; it is opened again where it was removed.
Result<struct stat> HistoryIndex::opened_folder()
{
  struct stat folder = {};
  if (dir_ && ::fstat(dir_.get(), &folder) == 0 && folder.st_nlink > 0) return folder;
  auto opened = folder_.inner("history", false);
  if (!opened) return opened.error();
  dir_ = *std::move(opened);
  moved_ = true;
  if (::fstat(dir_.get(), &folder) != 0) return disk_error("the store's history", errno);
  return folder;
}

// Files come and go with the folder's time; as two changes may come in one tick of its clock, it is
// listed once more after each.
Status HistoryIndex::refresh()
{
  const auto folder = opened_folder();
  if (!folder) return folder.error();
  const auto& time = folder->st_mtim;
  const bool moved = listed_.tv_sec != time.tv_sec || listed_.tv_nsec != time.tv_nsec;
  listed_ = time;
  if (std::exchange(moved_, moved) || moved) {
    if (auto listed = list(); !listed) return listed;
  }
  for (auto& [number, file] : files_) {
    if (file.part.is_closed() && file.seen > 0) continue;
    struct stat status = {};
    const auto name = name_of(file.part);
    if (::fstatat(dir_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (status.st_ino != file.inode || status.st_size == file.seen) continue;
    file.seen = status.st_size;
    read_more(number, file);
  }
  if (newest_.size() > most_unsorted) sort();
  return {};
}

Status HistoryIndex::list()
{
  const auto parts = list_parts(dir_.get());
  if (!parts) return parts.error();
  auto before = std::exchange(files_, {});
  for (const auto& [worker, list] : *parts) {
    for (const auto& part : list) {
      struct stat status = {};
      const auto name = name_of(part);
      if (::fstatat(dir_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
      File file{.part = part, .inode = status.st_ino, .seen = status.st_size};
      if (carry_over(before, file)) continue;
      file.seen = 0;
      files_.emplace(next_number_++, file);
    }
  }
  if (!before.empty()) forget(before);
  return {};
}

// Keeps what is known of a file that is still there, perhaps set aside under its new name.
bool HistoryIndex::carry_over(std::map<std::uint32_t, File>& before, File file)
{
  const auto same = std::find_if(before.begin(), before.end(), [&](const auto& known) {
    const auto& was = known.second;
    const bool renamed = !was.part.is_closed() && was.part.worker == file.part.worker;
    return was.inode == file.inode && was.end <= file.seen && (was.part == file.part || renamed);
  });
  if (same == before.end()) return false;
  auto node = before.extract(same);
  if (node.mapped().part != file.part) node.mapped().seen = 0;  // its end may not have been read
  node.mapped().part = file.part;
  files_.insert(std::move(node));
  return true;
}

Result<int> HistoryIndex::open(std::uint32_t number, const File& file)
{
  if (!growing_.fd || growing_.number != number) {
    auto opened = open_regular(dir_.get(), name_of(file.part), O_RDONLY);
    if (!opened) return opened.error();
    growing_ = {number, *std::move(opened)};
  }
  return growing_.fd.get();
}

void HistoryIndex::read_more(std::uint32_t number, File& file)
{
  file.error.reset();
  const auto fd = open(number, file);
  if (!fd && fd.error().kind == ErrorKind::not_found) return;
  const auto size = static_cast<std::size_t>(std::max<off_t>(0, file.seen - file.end));
  const auto bytes = fd ? read_range(*fd, file.end, std::min(size, largest_history_file))
                        : Result<Bytes>{fd.error()};
  if (!bytes) {
    file.error = bytes.error();
    return;
  }
  const auto frames = decode_frames(*bytes);
  for (std::size_t i = 0; i < frames.runs.size(); ++i) {
    const auto& run = frames.runs[i];
    const auto& view = frames.views[i];
    const auto begin = file.end + (view.data() - bytes->data());
    newest_.push_back({run.task_tag, run.fence, run.recorded, number,
                       static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(view.size())});
  }
  file.damaged |= frames.damaged;
  file.end += static_cast<off_t>(frames.end);
}

void HistoryIndex::forget(const std::map<std::uint32_t, File>& files)
{
  const auto is_gone = [&](const Place& place) { return files.contains(place.file); };
  std::erase_if(places_, is_gone);
  std::erase_if(newest_, is_gone);
}

void HistoryIndex::sort()
{
  std::sort(newest_.begin(), newest_.end(), is_before);
  const auto middle = static_cast<std::ptrdiff_t>(places_.size());
  places_.insert(places_.end(), newest_.begin(), newest_.end());
  std::inplace_merge(places_.begin(), places_.begin() + middle, places_.end(), is_before);
  newest_.clear();
}

// --- Asking --------------------------------------------------------------------------------------

std::vector<HistoryIndex::Place> HistoryIndex::find(std::uint64_t task_tag,
                                                    std::uint64_t above_fence) const
{
  std::vector<Place> found;
  const Place last{.task_tag = task_tag, .fence = above_fence};
  auto place = std::upper_bound(places_.begin(), places_.end(), last, is_before);
  for (; place != places_.end() && place->task_tag == task_tag; ++place) found.push_back(*place);
  for (const auto& other : newest_) {
    if (other.task_tag == task_tag && other.fence > above_fence) found.push_back(other);
  }
  std::sort(found.begin(), found.end(), [](const Place& a, const Place& b) {
    return std::tie(a.recorded, a.fence, a.begin) > std::tie(b.recorded, b.fence, b.begin);
  });
  return found;
}

Result<RunRecord> HistoryIndex::read(const Place& place) const
{
  const Error gone{ErrorKind::not_found, "the history has changed meanwhile", {}};
  const auto file = files_.find(place.file);
  if (file == files_.end()) return gone;
  const auto fd = open_regular(dir_.get(), name_of(file->second.part), O_RDONLY);
  if (!fd) return fd.error();
  const auto bytes = read_range(fd->get(), place.begin, place.size);
  if (!bytes) return bytes.error();
  auto frames = decode_frames(*bytes);
  const bool there = frames.runs.size() == 1 && frames.end == place.size &&
                     frames.runs[0].fence == place.fence &&
                     frames.runs[0].task_tag == place.task_tag;
  return there ? Result{std::move(frames.runs[0])} : gone;
}

std::vector<Error> HistoryIndex::errors() const
{
  std::vector<Error> errors;
  for (const auto& [number, file] : files_) {
    if (file.error) errors.push_back(*file.error);
    if (file.damaged) errors.push_back(damaged(file.part));
  }
  return errors;
}

}  // namespace asyncz::stores
