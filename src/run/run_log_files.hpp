// SPDX-License-Identifier: MIT
// The files behind run_log.hpp: their names, and reading round what was left out of them.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace asyncz {

inline constexpr std::string_view clear_suffix = ".log";
inline constexpr std::string_view sealed_suffix = ".sealed";

[[nodiscard]] std::string log_path(const std::string& folder, std::string_view run_id,
                                   std::string_view suffix);

// The error of a system call: denied, not_found or unavailable.
[[nodiscard]] Error log_error(std::string what, int error);

// Opens a regular file of ours, without following a link or waiting for anybody.
//   not_found
//   corrupt  it is something else
Result<UniqueFd> open_log(const std::string& path);

// Makes the file anew; one of this name is removed before.
Result<UniqueFd> make_log(const std::string& path, int flags);

// What is kept of a log: [0, head) and [tail, size).
struct LogParts {
  std::int64_t size = 0;
  std::int64_t head = 0;
  std::int64_t tail = 0;
};

[[nodiscard]] std::int64_t size_of_log(int log);

// What a running log still holds: all, but for the first hole, which is that of trim_log(). Its run
// may do with the file what it likes: it may have made others, or cut it short.
[[nodiscard]] LogParts parts_left(int log);

Result<std::string> read_range(int log, std::int64_t from, std::int64_t length);

struct LogPiece {
  std::int64_t end = 0;  // where the next one begins
  std::string text;
};

// What was written first of [from, until), at most 64 KiB, without the holes that size cannot tell
// from text. Empty where there is nothing more.
Result<LogPiece> read_piece(int log, std::int64_t from, std::int64_t until);

// Both parts, and between them a line that says how much was left out.
Result<std::string> read_parts(int log, const LogParts& parts);

}  // namespace asyncz
