// SPDX-License-Identifier: MIT
#include "cli/files/line_reader.hpp"

#include "base/text.hpp"
#include "cli/files/file_text.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr std::size_t piece = 256 * 1024;

}  // namespace

LineReader::LineReader(std::string name, UniqueFd file, std::size_t longest)
    : name_{std::move(name)}, file_{std::move(file)}, longest_{longest}
{
}

Result<LineReader> LineReader::open(const std::string& name, std::size_t longest)
{
  Result<UniqueFd> file = open_named_file(name);
  if (!file) return file.error();
  return LineReader{name, std::move(*file), longest};
}

// Appends what comes next to the buffer; false at the end.
Result<bool> LineReader::read_more()
{
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + piece);
  ssize_t count = 0;
  do {
    count = ::read(file_ ? file_.get() : STDIN_FILENO, buffer_.data() + size, piece);
  } while (count < 0 && errno == EINTR);
  buffer_.resize(size + static_cast<std::size_t>(count < 0 ? 0 : count));
  if (count < 0) return unreadable_file(name_, errno);
  return count > 0;
}

Result<std::optional<std::string_view>> LineReader::next()
{
  while (true) {
    const std::size_t end = buffer_.find('\n', searched_);
    const std::size_t stop = end == std::string::npos ? buffer_.size() : end;
    if (stop - begin_ > longest_) {
      return Error{ErrorKind::usage,
                   fmt::format("{}: a line is longer than {} bytes", printable(name_), longest_),
                   ""};
    }
    if (end == std::string::npos && !ended_) {
      searched_ = buffer_.size();
      const Result<bool> more = read_more();
      if (!more) return more.error();
      ended_ = !*more;
      continue;
    }
    if (end == std::string::npos && begin_ == buffer_.size()) {
      return std::optional<std::string_view>{};
    }
    const auto line = std::string_view{buffer_}.substr(begin_, stop - begin_);
    begin_ = searched_ = end == std::string::npos ? buffer_.size() : end + 1;
    return std::optional{line};
  }
}

}  // namespace asyncz::cli
