// SPDX-License-Identifier: MIT
// What the runs of a task print, passed on as it comes.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "cli/command.hpp"
#include "run/log_follower.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace asyncz::cli {

class TaskOutput {
 public:
  // Begins to watch this machine's logs. Of the runs of task `id` with fences above `after`.
  static Result<TaskOutput> of(Context& context, Vault& vault, std::string id, std::uint64_t after);

  // Readable when there may be something new.
  [[nodiscard]] int fd() const { return watch_.get(); }
  void pass_on();

  // When the runs have ended: what has not been passed on yet, be it sealed or only in the history.
  Status finish();

 private:
  TaskOutput(Context& context, Vault& vault, std::string id, std::uint64_t after)
      : context_{context}, vault_{vault}, id_{std::move(id)}, after_{after}
  {
  }

  void read_events();
  void open_log(std::string_view name);
  void print(std::string_view text);

  Context& context_;
  Vault& vault_;
  std::string id_;
  std::uint64_t after_;
  std::string folder_;
  UniqueFd watch_;
  std::map<std::uint64_t, LogFollower> logs_;  // by fence
};

}  // namespace asyncz::cli
