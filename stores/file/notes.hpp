// SPDX-License-Identifier: MIT
// Notes as files: `.asyncz/workers/N.note` beside the lock of the worker that it is about,
// `.asyncz/notes/queue-NAME`, `.asyncz/notes/key`.
#pragma once

#include "store/store.hpp"
#include "stores/file/folder.hpp"
#include "stores/file/locks.hpp"
#include "stores/file/seat.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace asyncz::stores {

// Members and errors are those of Store.
class Notes {
 public:
  Notes(const Folder& folder, Seat& seat, WriteLocks& locks)
      : folder_{folder}, seat_{seat}, locks_{locks}
  {
  }

  Status put(const Note& note);
  Status remove(NoteKind kind, std::string_view name);
  Result<std::vector<Note>> all(NoteKind kind) const;

  // Whether a process other than ours has a number in this store.
  Result<bool> others_live() const;

 private:
  Status put_worker(const Note& note);
  Result<std::vector<Note>> workers() const;

  const Folder& folder_;
  Seat& seat_;
  WriteLocks& locks_;
};

}  // namespace asyncz::stores
