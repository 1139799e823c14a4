// SPDX-License-Identifier: MIT
// Where in the history a task's runs are: read once, and from then on only what was appended.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "store/record.hpp"
#include "stores/file/folder.hpp"
#include "stores/file/history_parts.hpp"

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <vector>

namespace asyncz::stores {

class HistoryIndex {
 public:
  explicit HistoryIndex(const Folder& folder) : folder_{folder} {}

  // Reads what has come since the last time into memory.
  //   not_found  there is no history yet
  Status refresh();

  struct Place {
    std::uint64_t task_tag = 0;
    std::uint64_t fence = 0;
    Instant recorded;
    std::uint32_t file = 0;  // its number in files_
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };

  // Those of this tag with a higher fence, newest first.
  [[nodiscard]] std::vector<Place> find(std::uint64_t task_tag, std::uint64_t above_fence) const;

  //   not_found  it is no longer there: refresh and find again
  Result<RunRecord> read(const Place& place) const;

  // What cannot be read of the files.
  [[nodiscard]] std::vector<Error> errors() const;

 private:
  struct File {
    Part part;
    ino_t inode = 0;
    off_t seen = 0;  // its size when it was read last
    off_t end = 0;   // of the last whole frame
    bool damaged = false;
    std::optional<Error> error;
  };

  // The descriptor of the file that has grown last, which is most likely to grow next.
  struct Growing {
    std::uint32_t number = 0;
    UniqueFd fd;
  };

  Result<struct stat> opened_folder();
  Status list();
  bool carry_over(std::map<std::uint32_t, File>& before, File file);
  Result<int> open(std::uint32_t number, const File& file);
  void read_more(std::uint32_t number, File& file);
  void forget(const std::map<std::uint32_t, File>& files);
  void sort();

  const Folder& folder_;
  UniqueFd dir_;  // kept open: it is looked at before each run
  Growing growing_;
  std::map<std::uint32_t, File> files_;
  std::uint32_t next_number_ = 0;
  timespec listed_ = {};       // the folder's time when it was listed
  bool moved_ = true;          // it was another one than the time before
  std::vector<Place> places_;  // by tag and fence
  std::vector<Place> newest_;  // not sorted yet
};

}  // namespace asyncz::stores
