// SPDX-License-Identifier: MIT
// Task files by id: reading them, and putting new content in their place in one step.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "stores/file/folder.hpp"
#include "stores/file/task_file.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace asyncz::stores {

// Content that is written and has no name yet.
struct Draft {
  UniqueFd fd;
  std::string temporary;  // in `.asyncz/new`, where the file system has no files without names
};

// Takes no locks and syncs nothing but drafts. Calls from several threads do not disturb each other
// unless they are about the same id.
class TaskFiles {
 public:
  TaskFiles(const Folder& folder, std::string suffix) : folder_{folder}, suffix_{std::move(suffix)}
  {
  }

  [[nodiscard]] std::string name_of(std::string_view id) const;

  // The id that a file's name stands for, or nothing where it has another suffix.
  [[nodiscard]] std::optional<std::string_view> id_of(std::string_view name) const;

  //   not_found
  //   corrupt    no regular file of ours, or not what asyncz writes
  Result<Record> read(std::string_view id) const;
  Result<UniqueFd> open(std::string_view id, int flags) const;

  // The clear prefix, read into `buffer`.
  using PrefixBuffer = std::array<std::uint8_t, prefix_size>;
  Result<Prefix> read_prefix(std::string_view id, PrefixBuffer& buffer) const;

  // Visits the id and the clear prefix of every task file, in no order, one at a time but from two
  // threads.
  using VisitPrefix = std::function<void(std::string_view id, const Result<Prefix>& prefix)>;
  Status each(const VisitPrefix& visit) const;

  // The same of the ids alone, whatever their files are.
  Status each_id(const std::function<bool(std::string_view id)>& visit) const;

  Result<Draft> draft(const Record& record, bool synced) const;

  // Gives a draft its name, which nobody may have.
  //   conflict
  Status publish_new(Draft& draft, std::string_view id) const;

  // Puts a draft in the place of the present file. The caller has the write byte.
  Status publish_over(Draft& draft, std::string_view id) const;

  // The caller has the write byte.
  Status remove(std::string_view id) const;

  // Moves the file, whatever it is, into `.asyncz/quarantine`; its path there. The caller has the
  // write byte.
  Result<std::string> quarantine(std::string_view id) const;
  void discard(Draft& draft) const;

 private:
  Result<Prefix> prefix_of_entry(const char* name, unsigned char type, std::string_view id,
                                 PrefixBuffer& buffer) const;
  Result<Prefix> read_prefix_of(const char* name, std::string_view id, PrefixBuffer& buffer) const;

  const Folder& folder_;
  std::string suffix_;
};

}  // namespace asyncz::stores
