// SPDX-License-Identifier: MIT
// A file of any length, line by line.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

class LineReader {
 public:
  // `-` is standard input.
  //   usage, denied  the file cannot be read
  static Result<LineReader> open(const std::string& name, std::size_t longest);

  // The next line without its end, valid until the next call; nothing at the end.
  //   usage  it cannot be read, or the line is longer than `longest` bytes
  Result<std::optional<std::string_view>> next();

 private:
  LineReader(std::string name, UniqueFd file, std::size_t longest);
  Result<bool> read_more();

  std::string name_;
  UniqueFd file_;  // none: standard input
  std::size_t longest_;
  std::string buffer_;
  std::size_t begin_ = 0;     // of the next line in the buffer
  std::size_t searched_ = 0;  // up to here there is no end of a line
  bool ended_ = false;
};

}  // namespace asyncz::cli
