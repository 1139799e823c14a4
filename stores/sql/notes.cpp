// SPDX-License-Identifier: MIT
#include "stores/sql/notes.hpp"

#include "base/text.hpp"
#include "stores/sql/records.hpp"
#include "time/clock.hpp"

#include <sys/random.h>

#include <cstdlib>
#include <string>

namespace asyncz::stores {
namespace {

std::int64_t random_owner()
{
  std::int64_t owner = 0;
  if (::getrandom(&owner, sizeof owner, 0) != sizeof owner) std::abort();  // the kernel promises
  return owner;
}

std::int64_t number_of(NoteKind kind) { return static_cast<std::int64_t>(kind); }

}  // namespace

SqlNotes::SqlNotes(SqlLink& link, const SqlStatements& sql)
    : link_{link}, sql_{sql}, owner_{random_owner()}
{
}

// Whether there was none before.
Result<bool> SqlNotes::add(const Note& note)
{
  SqlValue expires = nullptr;
  if (note.kind == NoteKind::worker && note.expires) {
    const auto there = link_.there(*note.expires);
    if (!there) return there.error();
    expires = us_of(*there);
  }
  const auto added =
      link_.run(sql_.add_note, {us_of(system_clock().now()), expires, ByteView{note.content},
                                owner_, number_of(note.kind), std::string_view{note.name}});
  if (!added) return added.error();
  return *added > 0;
}

Status SqlNotes::put(const Note& note)
{
  if (note.kind == NoteKind::worker) return put_worker(note);
  const auto added = add(note);
  if (!added) return added.error();
  if (*added) {
    // The next statement is for those who watch.
  } else if (note.kind == NoteKind::key) {
    return Error{ErrorKind::conflict, "the store already knows under which key it is sealed", {}};
  } else {
    const auto put = link_.run(sql_.put_note, {us_of(system_clock().now()), ByteView{note.content},
                                               number_of(note.kind), std::string_view{note.name}});
    if (!put) return put.error();
  }
  if (sql_.announce.empty()) return {};
  const auto announced = link_.run(sql_.announce);
  return announced ? Status{} : announced.error();
}

Status SqlNotes::put_worker(const Note& note)
{
  const auto now = system_clock().now();
  const auto there = link_.there(now);
  const auto expires = note.expires ? link_.there(*note.expires) : Result<Instant>{never};
  if (!there || !expires) return there ? expires.error() : there.error();
  const auto put =
      link_.run(sql_.update_worker,
                {us_of(now), us_of(*expires), ByteView{note.content}, owner_, number_of(note.kind),
                 std::string_view{note.name}, owner_, us_of(*there)});
  if (!put) return put.error();
  if (*put > 0) return {};
  const auto added = add(note);
  if (!added) return added.error();
  if (*added) return {};
  return Error{ErrorKind::conflict,
               "a worker named '" + printable(note.name) + "' is already at work",
               "give this one another name with --name"};
}

Status SqlNotes::remove(NoteKind kind, std::string_view name)
{
  const bool worker = kind == NoteKind::worker;
  SqlValues values{number_of(kind), name};
  if (worker) values.emplace_back(owner_);
  const auto removed = link_.run(worker ? sql_.remove_worker : sql_.remove_note, values);
  if (!removed) return removed.error();
  if (worker || sql_.announce.empty()) return {};
  const auto announced = link_.run(sql_.announce);
  return announced ? Status{} : announced.error();
}

Result<std::vector<Note>> SqlNotes::all(NoteKind kind)
{
  const auto there = link_.there(system_clock().now());
  if (!there) return there.error();
  std::vector<Note> notes;
  const auto asked =
      link_.run(sql_.notes_of, {number_of(kind), us_of(*there)}, [&](const SqlRow& row) {
        const auto content = row.bytes(2);
        notes.push_back({.kind = kind,
                         .name = std::string{row.text(0)},
                         .content = {content.begin(), content.end()}});
      });
  if (!asked) return asked.error();
  return notes;
}

}  // namespace asyncz::stores
