// SPDX-License-Identifier: MIT
// What `wait` and `add --wait` wait for: a run or a task, and how it has ended.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/runs/resolve.hpp"
#include "store/store.hpp"
#include "task/run.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// A task of a single run has ended when it has left the store, a recurring one when the runs have
// that were under way at the beginning, or else its next run has.
class Awaited {
 public:
  // What `text` names, a task or a run.
  //   not_found
  static Result<Awaited> named(Vault& vault, std::string_view text);

  // A task of the store.
  static Result<Awaited> task(Vault& vault, const std::string& id);

  // A task that was added with this fence, and may have run since.
  static Awaited added(const StoredTask& task);

  // The id that it is stored under, and its queue; empty where only the history has it.
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& queue() const { return queue_; }

  // The newest of its runs since the beginning, if there is one.
  Result<std::optional<Run>> newest(Vault& vault) const;

  // Whether it is worth another look.
  [[nodiscard]] bool concerned_by(const Changes& changes) const;

  // Looks whether it has ended.
  Status look(Vault& vault);
  [[nodiscard]] bool ended() const { return ended_; }

  // The last run that was waited for, or the first of several that did not succeed. Nothing where
  // the task was taken away before it ran, or no history is to be had.
  [[nodiscard]] const std::optional<Run>& run() const { return run_; }

 private:
  enum class Until : std::uint8_t { gone, next_run, these_runs };

  Status look_for_these(Vault& vault);
  Status look_for_next(Vault& vault);
  Status look_whether_gone(Vault& vault);
  void end(std::optional<Run> run);

  std::string id_;
  std::string history_;  // the task whose history its runs are in
  std::string queue_;
  Until until_ = Until::gone;
  std::uint64_t settled_ = 0;          // fences up to this one are of earlier runs
  std::vector<std::uint64_t> fences_;  // of these runs
  bool ended_ = false;
  std::optional<Run> run_;
};

// The exit status by which runs are told to a shell: 0, or that of the first that did not succeed.
[[nodiscard]] ExitStatus exit_status_of(const std::vector<Awaited>& awaited);

}  // namespace asyncz::cli
