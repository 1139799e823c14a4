// SPDX-License-Identifier: MIT
// How a worker finds what is due in a directory and reserves it: the claim lane of a FileStore.
#pragma once

#include "store/store.hpp"
#include "stores/file/index.hpp"
#include "stores/file/locks.hpp"
#include "stores/file/run_locks.hpp"
#include "stores/file/seat.hpp"
#include "stores/file/task_files.hpp"
#include "stores/file/watcher.hpp"

#include <ctime>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace asyncz::stores {

// Members and errors are those of Store. The index is loaded when first needed, by watching first
// and scanning second; nothing is reserved from it without lock and another reading.
class Claims {
 public:
  Claims(const Folder& folder, const TaskFiles& files, Seat& seat);

  Result<int> watch();
  Result<Changes> changes();
  void expect();
  Result<Instant> next_moment(const Demand& demand);
  Result<std::vector<Reservation>> reserve_due(const Demand& demand);
  Result<Reservation> reserve(std::string_view id, const Demand& demand);
  void ignore(Reservation reservation);
  [[nodiscard]] bool held_elsewhere() const;

 private:
  // A name whose content could not be read when it appeared: it may be half written.
  struct Look {
    std::size_t done = 0;
    std::optional<Instant> next;  // nothing: not asked for since it was seen
    bool reported = false;
  };

  Status load();
  Status scan();
  Status refresh(Instant now);
  Status poll();
  Result<Watcher::Events> absorb();
  void see(std::string_view id, const Result<Prefix>& prefix);
  void look_again(std::string_view id);
  void look_at_new(Instant now);
  void ask_held();
  Status sweep();
  // What reserve() may do and reserve_due() may not: take a task before its moment.
  enum class Which : std::uint8_t { due, any };
  Result<std::optional<Reservation>> claim(std::string_view id, const Demand& demand, Which which);
  Result<std::optional<Reservation>> write_claim(std::string_view id, const Demand& demand,
                                                 Which which);

  const Folder& folder_;
  const TaskFiles& files_;
  Seat& seat_;
  Watcher watcher_;
  WriteLocks locks_;
  RunLocks run_locks_;
  Index index_;

  bool loaded_ = false;
  bool watched_ = false;  // the owner asks for changes()
  bool polls_ = false;    // the kernel does not tell of all changes
  Instant polled_;
  timespec seen_ = {};                            // the directory's time when it was last polled
  bool moved_ = false;                            // it was another one than the time before
  Changes pending_;                               // to be told by changes()
  std::map<std::string, Look, std::less<>> new_;  // unreadable names
  std::set<std::string, std::less<>> held_;       // due, and reserved by others
  std::set<std::string, std::less<>> mine_;       // reserved by this object
  Instant asked_;                                 // when held tasks were last asked for
  std::map<std::string, std::int64_t, std::less<>> ignored_;  // id → revision
};

}  // namespace asyncz::stores
