// SPDX-License-Identifier: MIT
// Reservations as locks of the kernel: `.asyncz/running/ID`, a file for each while it lasts.
//
// A lock belongs to an open file description and ends with the last process that has it, and the
// child of a run shares it with its worker. So a child can lock and unlock whatever is in that
// file, perhaps as another user who may open nothing here: it is a file that is about this one
// reservation and no other. Who gives the reservation up removes the file, so that what a child or
// its daemon keeps open is worth nothing afterwards. The file is opened for writing because only
// then the kernel tells those who wait that it was closed, and network file systems lock it.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "stores/file/folder.hpp"

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace asyncz::stores {

// For one thread. Ids are such as check_stored_id() lets pass.
class RunLocks {
 public:
  explicit RunLocks(const Folder& folder) : folder_{folder} {}
  RunLocks(const RunLocks&) = delete;
  RunLocks& operator=(const RunLocks&) = delete;
  ~RunLocks();

  // Makes the file of the next take(), which then only names it: a new file may take as long as a
  // new process, where the file system looks for room among much that was removed lately.
  void prepare();

  // Takes the task, or gives an invalid descriptor where somebody has it. Never waits.
  Result<UniqueFd> take(std::string_view id);

  // Ends what take() gave, whoever has inherited it.
  void release(UniqueFd lock, std::string_view id);

  // Whether nobody has the task. Wakes nobody.
  [[nodiscard]] bool is_free(std::string_view id);

  // The newest process that has the task, as far as we may look into processes; 0 where we may not,
  // nothing where nobody has it.
  Result<std::optional<pid_t>> holder(std::string_view id);

  // Removes what ended reservations have left, of those that are `over`.
  Status sweep(const std::function<bool(std::string_view id)>& over);

 private:
  Result<int> folder();
  UniqueFd take_spare(std::string_view id);
  Result<UniqueFd> open_or_make(std::string_view id);

  const Folder& folder_;
  UniqueFd running_;  // opened when first needed
  UniqueFd spare_;    // locked, under a name that is no id
  std::string spare_name_;
  bool can_name_ = true;  // NFS cannot rename without replacing
};

}  // namespace asyncz::stores
