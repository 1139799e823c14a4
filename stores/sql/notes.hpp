// SPDX-License-Identifier: MIT
// Notes in a table of their own.
#pragma once

#include "store/store.hpp"
#include "stores/sql/link.hpp"
#include "stores/sql/statements.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace asyncz::stores {

// Members and errors are those of Store. Works in the rest lane.
class SqlNotes {
 public:
  SqlNotes(SqlLink& link, const SqlStatements& sql);

  Status put(const Note& note);
  Status remove(NoteKind kind, std::string_view name);
  Result<std::vector<Note>> all(NoteKind kind);

 private:
  Status put_worker(const Note& note);
  Result<bool> add(const Note& note);

  SqlLink& link_;
  const SqlStatements& sql_;
  std::int64_t owner_;  // tells this object from all others
};

}  // namespace asyncz::stores
