// SPDX-License-Identifier: MIT
// Lines out of text that comes in pieces.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace asyncz {

class LineBuffer {
 public:
  void append(std::string_view piece)
  {
    text_.erase(0, begin_);
    looked_at_ -= begin_;
    begin_ = 0;
    text_ += piece;
  }

  // The next whole line, without its newline.
  std::optional<std::string> take()
  {
    const auto end = text_.find('\n', looked_at_);
    looked_at_ = end == std::string::npos ? text_.size() : end + 1;
    if (end == std::string::npos) return std::nullopt;
    auto line = text_.substr(begin_, end - begin_);
    begin_ = end + 1;
    return line;
  }

  // What has not been taken.
  [[nodiscard]] std::size_t size() const { return text_.size() - begin_; }

 private:
  std::string text_;
  std::size_t begin_ = 0;      // of what has not been taken
  std::size_t looked_at_ = 0;  // no newline between `begin_` and here
};

}  // namespace asyncz
