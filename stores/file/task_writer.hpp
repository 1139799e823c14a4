// SPDX-License-Identifier: MIT
// Every change of a task's file but the 24 bytes of its reservation.
#pragma once

#include "store/store.hpp"
#include "stores/file/folder.hpp"
#include "stores/file/history.hpp"
#include "stores/file/locks.hpp"
#include "stores/file/run_locks.hpp"
#include "stores/file/task_files.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace asyncz::stores {

// Members and errors are those of Store's rest lane; all changes are durable on return.
class TaskWriter {
 public:
  TaskWriter(const Folder& folder, const TaskFiles& files, History& history, WriteLocks& locks)
      : folder_{folder}, files_{files}, history_{history}, locks_{locks}, run_locks_{folder}
  {
  }

  Status add(const Record& record);
  std::vector<Status> add_all(std::span<const Record> records);
  Status update(const Record& record);
  Status remove(std::string_view id, std::int64_t revision);
  Status remove_all();
  std::vector<Status> extend(std::span<Reservation* const> reservations);
  std::vector<Status> settle(std::span<const Settlement> settlements);

 private:
  Status make_batch(std::span<const Record> records, std::span<Status> statuses);
  Status replace(const Record& record, Draft& draft);
  Status remove_file(std::string_view id, std::optional<std::int64_t> revision);
  Status extend_one(Reservation& reservation) const;
  std::vector<Status> draft_all(std::span<const Settlement> settlements, std::span<Draft> drafts);
  Status apply(const Settlement& settlement, Draft& draft);

  const Folder& folder_;
  const TaskFiles& files_;
  History& history_;
  WriteLocks& locks_;
  RunLocks run_locks_;
};

}  // namespace asyncz::stores
