// SPDX-License-Identifier: MIT
#include "stores/file/history.hpp"

#include "base/text.hpp"
#include "stores/file/disk.hpp"
#include "stores/file/frames.hpp"
#include "stores/file/history_parts.hpp"
#include "stores/file/locks.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr std::int64_t rotated_at = 1 << 20;
constexpr int most_tries = 3;
bool was_removed(const Error& error) { return error.kind == ErrorKind::not_found; }

Error no_run() { return {ErrorKind::not_found, "the history holds no such run", {}}; }

// One worker's runs, newest first, a part in memory at a time.
class Backwards {
 public:
  Backwards(int dir, std::vector<Part> parts) : dir_{dir}, parts_{std::move(parts)} { step(); }

  [[nodiscard]] const RunRecord* run() const { return at_ == 0 ? nullptr : &frames_.runs[at_ - 1]; }

  void step()
  {
    if (at_ > 0) --at_;
    while (at_ == 0 && !parts_.empty()) {
      auto frames = read_part(dir_, parts_.back());
      if (!frames && !was_removed(frames.error())) errors_.push_back(frames.error());
      if (frames && frames->damaged) errors_.push_back(damaged(parts_.back()));
      parts_.pop_back();
      if (!frames) continue;
      frames_ = *std::move(frames);
      at_ = frames_.runs.size();
    }
  }

  // What could not be read since the last question.
  [[nodiscard]] std::vector<Error> errors() { return std::exchange(errors_, {}); }

 private:
  int dir_;
  std::vector<Part> parts_;
  Frames frames_;
  std::size_t at_ = 0;  // one after the present run
  std::vector<Error> errors_;
};

std::optional<RunRecord> search(int dir, const std::vector<Part>& parts, std::uint64_t task_tag,
                                std::uint64_t fence)
{
  for (Backwards runs{dir, parts}; runs.run(); runs.step()) {
    const auto& run = *runs.run();
    if (run.fence == fence && run.task_tag == task_tag && run.part == 0) return run;
  }
  return std::nullopt;
}

}  // namespace

// --- Writing -------------------------------------------------------------------------------------

// Opens the file of our number, and cuts what a writer that died left of its last frame. One that
// ends otherwise is set aside as it is.
Status History::open_own()
{
  const auto number = seat_.number();
  if (!number) return number.error();
  const auto dir = folder_.inner("history", true);
  if (!dir) return dir.error();
  name_ = name_of({.worker = *number});
  auto fd = open_regular(dir->get(), name_, O_RDWR | O_CREAT | O_APPEND);
  if (!fd) return fd.error();
  const auto bytes = read_all(fd->get(), largest_history_file, name_);
  if (!bytes) return bytes.error();
  const auto frames = decode_frames(*bytes);
  if (frames.end < bytes->size() && !frames.torn) {
    const auto aside = rotate();
    return aside ? open_own() : aside;
  }
  size_ = static_cast<std::int64_t>(frames.end);
  if (::ftruncate(fd->get(), size_) != 0) return disk_error("cannot mend the history", errno);
  fresh_ = bytes->empty();
  own_ = std::make_shared<UniqueFd>(*std::move(fd));
  return {};
}

Status History::append(const RunRecord& run)
{
  const std::lock_guard lock{mutex_};
  if (own_ && size_ >= rotated_at) {
    if (auto rotated = rotate(); !rotated) return rotated;
  }
  if (!own_) {
    if (auto opened = open_own(); !opened) return opened;
  }
  const auto frame = encode_frame(run);
  auto written = write_all(own_->get(), frame, "cannot write the history");
  if (!written) {
    if (::ftruncate(own_->get(), size_) != 0) own_.reset();  // cut when it is opened again
    return written;
  }
  size_ += static_cast<std::int64_t>(frame.size());
  if (unsynced_.empty() || unsynced_.back() != own_) unsynced_.push_back(own_);
  return {};
}

// Sets our file aside under the next number.
Status History::rotate()
{
  const auto dir = folder_.inner("history", true);
  if (!dir) return dir.error();
  const auto parts = list_parts(dir->get());
  if (!parts) return parts.error();
  auto part = parse_part(name_).value();
  std::uint32_t last = 0;
  if (const auto ours = parts->find(part.worker); ours != parts->end()) {
    for (const auto& other : ours->second) {
      if (other != part) last = std::max(last, other.number);
    }
  }
  part.number = last + 1;
  if (::renameat(dir->get(), name_.c_str(), dir->get(), name_of(part).c_str()) != 0) {
    return disk_error("cannot set '" + name_ + "' aside", errno);
  }
  own_.reset();
  return {};
}

Status History::sync()
{
  std::vector<std::shared_ptr<UniqueFd>> files;
  bool fresh = false;
  {
    const std::lock_guard lock{mutex_};
    files = std::exchange(unsynced_, {});
    fresh = std::exchange(fresh_, false);
  }
  Status status;
  for (const auto& file : files) {
    if (status) status = stores::sync(file->get(), "cannot make the history durable");
  }
  if (status && fresh) {
    const auto dir = folder_.inner("history", true);
    status = dir ? stores::sync(dir->get(), "cannot make the history durable") : dir.error();
  }
  if (!status) {
    const std::lock_guard lock{mutex_};
    unsynced_.insert(unsynced_.begin(), files.begin(), files.end());
    fresh_ |= fresh;
  }
  return status;
}

// --- Reading -------------------------------------------------------------------------------------

Result<RunRecord> History::find(std::uint64_t task_tag, std::uint64_t fence,
                                std::uint32_t worker) const
{
  const auto dir = folder_.inner("history", false);
  if (!dir) return was_removed(dir.error()) ? no_run() : dir.error();
  auto parts = list_parts(dir->get());
  if (!parts) return parts.error();
  if (const auto first = parts->find(worker); first != parts->end()) {
    if (auto run = search(dir->get(), first->second, task_tag, fence)) return *std::move(run);
    parts->erase(first);
  }
  for (const auto& [other, list] : *parts) {
    if (auto run = search(dir->get(), list, task_tag, fence)) return *std::move(run);
  }
  return no_run();
}

Status History::each(const RunQuery& query, const Store::VisitRun& visit) const
{
  if (query.task_tag && query.above_fence) return later_runs(query, visit);
  const auto dir = folder_.inner("history", false);
  if (!dir) return was_removed(dir.error()) ? Status{} : dir.error();
  auto parts = list_parts(dir->get());
  if (!parts) return parts.error();

  std::vector<Backwards> writers;
  for (auto& [worker, list] : *parts) writers.emplace_back(dir->get(), std::move(list));
  for (;;) {
    Backwards* newest = nullptr;
    for (auto& writer : writers) {
      for (const auto& error : writer.errors()) {
        if (!visit(error)) return {};
      }
      if (!writer.run()) continue;
      if (!newest || writer.run()->recorded > newest->run()->recorded) newest = &writer;
    }
    if (!newest) return {};
    const auto& run = *newest->run();
    const bool asked_for = (!query.task_tag || run.task_tag == *query.task_tag) &&
                           (!query.since || run.recorded >= *query.since);
    if (asked_for && !visit(run)) return {};
    newest->step();
  }
}

// These are asked for before each run of a task, so that it is remembered where they are.
Status History::later_runs(const RunQuery& query, const Store::VisitRun& visit) const
{
  std::vector<Result<RunRecord>> runs;
  bool whole = false;
  for (int tries = 0; !whole && tries < most_tries; ++tries) {
    const std::lock_guard lock{index_mutex_};
    if (auto read = index_.refresh(); !read) {
      return was_removed(read.error()) ? Status{} : read;
    }
    runs.clear();
    whole = true;
    for (auto& error : index_.errors()) runs.emplace_back(std::move(error));
    for (const auto& place : index_.find(*query.task_tag, *query.above_fence)) {
      if (query.since && place.recorded < *query.since) continue;
      auto run = index_.read(place);
      whole = whole && (run || !was_removed(run.error()));  // else its file was set aside meanwhile
      runs.push_back(std::move(run));
    }
  }
  for (auto& run : runs) {
    if (!visit(std::move(run))) return {};
  }
  return {};
}

// --- Pruning -------------------------------------------------------------------------------------

Status History::prune(Instant before, std::int64_t keep_bytes)
{
  const auto dir = folder_.inner("history", false);
  if (!dir) return was_removed(dir.error()) ? Status{} : dir.error();

  // What the size allows is found newest first, so that the oldest goes.
  std::int64_t room = keep_bytes;
  auto oldest = before;
  const auto measured = each({}, [&](const Result<RunRecord>& run) {
    if (!run) return true;
    room -= static_cast<std::int64_t>(run->sealed.size());
    if (room < 0) oldest = std::max(oldest, run->recorded + Duration{1});
    return room >= 0;
  });
  if (!measured) return measured;

  const auto parts = list_parts(dir->get());
  if (!parts) return parts.error();
  for (const auto& [worker, list] : *parts) {
    for (const auto& part : list) {
      if (auto pruned = prune_part(dir->get(), name_of(part), oldest); !pruned) return pruned;
    }
  }
  return {};
}

// Rewrites or removes one file, if nobody else is writing it.
Status History::prune_part(int dir, const std::string& name, Instant before)
{
  const std::lock_guard lock{mutex_};
  const auto part = parse_part(name).value();
  const bool ours = name == name_;
  UniqueFd seat;  // so that nobody begins to write under this number
  if (!ours && !part.is_closed()) {
    auto borrowed = seat_.borrow(part.worker);
    if (!borrowed) return borrowed.error();
    if (!*borrowed) return {};
    seat = *std::move(borrowed);
  }
  const auto frames = read_part(dir, part);
  if (!frames) return was_removed(frames.error()) ? Status{} : frames.error();
  if (frames->damaged) return {};  // for whoever wants to mend it
  Bytes kept;
  for (const auto& run : frames->runs) {
    if (run.recorded < before) continue;
    const auto frame = encode_frame(run);
    kept.insert(kept.end(), frame.begin(), frame.end());
  }
  if (kept.size() == frames->end) return {};
  if (ours) own_.reset();  // opened again under the same name
  if (!kept.empty()) return write_file(dir, name, kept, true);
  return ::unlinkat(dir, name.c_str(), 0) == 0 ? Status{}
                                               : disk_error("cannot remove '" + name + "'", errno);
}

}  // namespace asyncz::stores
