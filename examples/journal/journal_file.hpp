// SPDX-License-Identifier: MIT
// A file to which lines are appended, read by any number of processes; flock(2) keeps them apart.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

class JournalFile {
 public:
  using Apply = std::function<asyncz::Status(std::string_view line)>;
  using Forget = std::function<void()>;

  // Every line is given to `apply` once, in order; `forget` is called where they begin anew.
  JournalFile(std::string path, Apply apply, Forget forget)
      : path_{std::move(path)}, apply_{std::move(apply)}, forget_{std::move(forget)}
  {
  }

  asyncz::Status open(bool create);

  // Keeps others away, and reads what they have appended.
  asyncz::Status lock();
  void unlock();

  // Locked only. Durable on return: all of it, or nothing where it fails.
  asyncz::Status append(const std::string& line);
  // Has these lines take the place of all.
  asyncz::Status replace(const std::string& lines);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::size_t size() const { return read_; }

 private:
  [[nodiscard]] bool was_replaced() const;
  asyncz::Status read_on();
  asyncz::Status sync_folder() const;
  [[nodiscard]] asyncz::Error error() const;

  const std::string path_;
  const Apply apply_;
  const Forget forget_;
  asyncz::UniqueFd file_;
  std::size_t read_ = 0;
};
