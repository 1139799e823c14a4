// SPDX-License-Identifier: MIT
// What the kernel tells of changes in the store's directory (inotify).
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "stores/file/folder.hpp"

#include <set>
#include <string>

namespace asyncz::stores {

class Watcher {
 public:
  explicit Watcher(const Folder& folder) : folder_{folder} {}

  // Begins to watch the names in the directory, and notes.
  //   unavailable  the kernel has no watches left
  Status start();
  [[nodiscard]] int fd() const { return fd_.get(); }

  // Watches closes in `.asyncz/running`, too: the only sign of a reservation that ended by itself.
  Status watch_running(bool on);
  [[nodiscard]] bool watches_running() const { return running_ >= 0; }

  struct Events {
    std::set<std::string> names;  // in the directory: made, removed or replaced
    bool missed = false;          // there were more than the kernel keeps
    bool running = false;
    bool notes = false;
  };

  // What has come since the last question; never waits.
  //   unavailable  the directory itself has gone
  Result<Events> read();

 private:
  const Folder& folder_;
  UniqueFd fd_;
  int names_ = -1;
  int notes_ = -1;
  int running_ = -1;
};

}  // namespace asyncz::stores
