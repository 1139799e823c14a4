// SPDX-License-Identifier: MIT
// The statements of the SQL store, as each kind of database wants them.
#pragma once

#include "stores/sql/connection.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores {

// What a row of the tasks' table is read as: see record_of().
inline constexpr std::string_view record_columns =
    "id, next_run_time, queue, priority, revision, fence, worker, state";

// All values are bound in the order in which they are written.
struct SqlStatements {
  SqlStatements(SqlKind kind, std::string_view table);

  SqlKind kind;
  std::string name;  // of the tasks' table; its channel too
  std::string tasks;
  std::string history;
  std::string notes;
  std::string unreadable;  // what doctor has put aside; made when it is needed

  std::vector<std::string> schema;  // makes all of them, and one line at least is there already
  std::string make_unreadable;
  std::string table_exists;  // ? is its name
  std::string clock;         // the database's time in µs; empty: the same machine's
  std::string announce;      // tells who watches; empty: they notice

  // --- Tasks ---
  std::string add;
  std::string lookup;
  std::string lookup_held;
  std::string update;
  std::string settle;
  std::string extend;
  std::string extend_edited;
  std::string take;  // reserves one by its id and revision
  std::string remove;
  std::string remove_all;
  std::string put_aside;  // copies one by its id and revision into `unreadable`
  std::string keys;       // id and moment of all, in the order of get_all_tasks
  std::string held;       // how many are held

  // --- Shelves: what has the same queue and priority ---
  std::string next_shelf;   // after this queue and priority; two rows at most
  std::string all_shelves;  // where that is one statement; else empty
  std::string shelf_keys;   // the first of this queue and priority, as `keys` has them

  // --- History, notes ---
  std::string add_run;
  std::string add_held_run;  // while this task has this fence
  std::string find_run;
  std::string age_runs;
  std::string last_surplus;  // when the newest run was recorded that is one too much
  std::string cut_runs;
  std::string update_worker;
  std::string add_note;
  std::string put_note;
  std::string remove_note;
  std::string remove_worker;
  std::string notes_of;
  std::string queue_notes;  // how many, and when the last was put

  // `?, ?, …`
  [[nodiscard]] static std::string marks(std::size_t count);
};

}  // namespace asyncz::stores
