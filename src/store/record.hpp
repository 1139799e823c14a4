// SPDX-License-Identifier: MIT
// What a backend sees of tasks, runs and notes: index fields in the clear, the rest sealed.
#pragma once

#include "base/bytes.hpp"
#include "time/instant.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asyncz {

// One task. The clear fields order and guard it; the vault checks them against the sealed ones.
struct Record {
  std::string id;
  Instant moment = never;     // when a worker is needed; `never`: nobody is
  std::string queue;          // or `@boot`, `@shutdown`
  int priority = 0;           // -9 … 9
  std::int64_t revision = 0;  // rises with every write
  std::uint64_t fence = 0;    // rises with every reservation
  std::uint32_t worker = 0;  // number of the worker that reserved it last, where the store has such
  Bytes sealed;

  friend bool operator==(const Record&, const Record&) = default;
};

// One run of the history. `task_tag` is a keyed hash of the task's id, so that a backend can find
// the runs of a task without knowing it; tag and fence (and part) name the record.
struct RunRecord {
  std::uint64_t task_tag = 0;
  std::uint64_t fence = 0;
  // 0 is the run itself; 1 missed, 2 skipped: a stretch of the same reservation.
  std::uint8_t part = 0;
  Instant recorded;  // when it ended, or was found not to have run
  Bytes sealed;

  friend bool operator==(const RunRecord&, const RunRecord&) = default;
};

// What workers and users say beside the tasks.
enum class NoteKind : std::uint8_t {
  worker = 1,  // a live worker, under its name
  queue = 2,   // a paused queue, under its name
  key = 3,     // the id of the key that the store is sealed under; one, under the name "key"
};

[[nodiscard]] constexpr std::string_view note_kind_text(NoteKind kind)
{
  switch (kind) {
    case NoteKind::worker:
      return "worker";
    case NoteKind::queue:
      return "queue";
    case NoteKind::key:
      return "key";
  }
  return {};
}

struct Note {
  NoteKind kind = NoteKind::worker;
  std::string name;
  std::optional<Instant> expires;  // ignored where the store knows by itself who lives
  Bytes content;                   // sealed, but for NoteKind::key

  friend bool operator==(const Note&, const Note&) = default;
};

}  // namespace asyncz
