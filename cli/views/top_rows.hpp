// SPDX-License-Identifier: MIT
// What `asyncz top` lists: tasks that run or will, and what failed last.
#pragma once

#include "cli/command.hpp"
#include "cli/terminal/table.hpp"
#include "cli/views/store_status.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

struct TopRow {
  std::string task;         // its id
  std::string run;          // a failed run of a task that has left the store; else empty
  std::vector<Cell> cells;  // as in top_headers()
  int place = 0;            // what needs attention comes first
  Instant when = never;

  [[nodiscard]] const std::string& key() const { return run.empty() ? task : run; }
};

// How things stand, with the first tasks one by one.
struct TopPicture {
  StoreStatus status;
  std::vector<TopRow> rows;
};

Result<TopPicture> read_top(OpenStore& open, Instant now);

[[nodiscard]] std::vector<std::string_view> top_headers();

}  // namespace asyncz::cli
