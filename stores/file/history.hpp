// SPDX-License-Identifier: MIT
// Runs as frames appended to `.asyncz/history/WORKER-N`, one writer a file.
//
// A file that has grown to a mebibyte is renamed to `WORKER-N.K`, K = 1, 2 …, and a new one begun.
// A frame:
//
//   offset  size
//        0     4  "AZRF"
//        4     4  size of the sealed run in bytes
//        8     8  tag of the task
//       16     8  fence
//       24     8  recorded, microseconds since the Unix epoch, signed
//       32     1  part
//       33     3  zero
//       36     4  the low half of the FNV-1a (64 bits) of the 36 bytes before
//       40     8  FNV-1a (64 bits) of the 40 bytes before and the sealed run
//       48        the sealed run
//
// Numbers are little-endian.
#pragma once

#include "store/store.hpp"
#include "stores/file/folder.hpp"
#include "stores/file/history_index.hpp"
#include "stores/file/seat.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace asyncz::stores {

// Members and errors are those of Store. Any thread may call any member.
class History {
 public:
  History(const Folder& folder, Seat& seat) : folder_{folder}, seat_{seat}, index_{folder} {}

  Status append(const RunRecord& run);

  // Makes what was appended before durable; does nothing where that was nothing.
  Status sync();

  Result<RunRecord> find(std::uint64_t task_tag, std::uint64_t fence, std::uint32_t worker) const;
  Status each(const RunQuery& query, const Store::VisitRun& visit) const;

  // What another live worker is appending to at the moment is left to that one.
  Status prune(Instant before, std::int64_t keep_bytes);

 private:
  Status later_runs(const RunQuery& query, const Store::VisitRun& visit) const;
  Status open_own();
  Status rotate();
  Status prune_part(int dir, const std::string& name, Instant before);

  const Folder& folder_;
  Seat& seat_;
  mutable std::mutex mutex_;       // for what follows; never held while syncing
  std::shared_ptr<UniqueFd> own_;  // shared with a sync() under way
  std::string name_;               // of our file
  std::int64_t size_ = 0;          // of it
  bool fresh_ = false;             // our file's name is not durable yet
  std::vector<std::shared_ptr<UniqueFd>> unsynced_;

  mutable std::mutex index_mutex_;
  mutable HistoryIndex index_;
};

}  // namespace asyncz::stores
