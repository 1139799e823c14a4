// SPDX-License-Identifier: MIT
// System calls on files, with errors that say what was being done.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "time/instant.hpp"

#include <string>
#include <string_view>

namespace asyncz::stores {

// What `error` (an errno) means for whoever wanted to do `what`.
[[nodiscard]] Error disk_error(std::string_view what, int error);

// Writes all of it at the descriptor's offset.
Status write_all(int fd, ByteView bytes, std::string_view what);

// Everything from offset 0 on, or corrupt where it is more than `most` bytes.
Result<Bytes> read_all(int fd, std::size_t most, std::string_view what);

// Waits until the content is on the disk.
Status sync(int fd, std::string_view what);

// Opens a regular file of ours below `dir` without following links or waiting for anybody.
//   not_found, denied
//   corrupt  it is something else: a link, a folder, a pipe, another user's
Result<UniqueFd> open_regular(int dir, const std::string& name, int flags);

// Replaces or makes `name` in one step; durable where `durable`.
Status write_file(int dir, const std::string& name, ByteView content, bool durable);

// A wait of a few milliseconds between two tries of a lock.
void wait_for(Duration duration);

}  // namespace asyncz::stores
