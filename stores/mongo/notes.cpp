// SPDX-License-Identifier: MIT
#include "stores/mongo/notes.hpp"

#include "base/text.hpp"
#include "time/clock.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

constexpr std::int64_t store_version = 1;
constexpr std::string_view store_name = "store";

int number_of(NoteKind kind) { return static_cast<int>(kind); }

std::string name_of(NoteKind kind, std::string_view name)
{
  return fmt::format("{}:{}", number_of(kind), name);
}

Document index_of(std::string_view name, Document key, bool sparse = false)
{
  return {{"name", name}, {"key", std::move(key)}, {"sparse", sparse}};
}

Document update_of(Document query, Document set, bool upsert)
{
  return {{"q", std::move(query)},
          {"u", Document{{"$set", std::move(set)}, {"$inc", Document{{"version", 1}}}}},
          {"upsert", upsert}};
}

}  // namespace

// --- The store itself ----------------------------------------------------------------------------

Status Notes::open(bool create)
{
  const auto found = server_.rest.find(notes_, {{"_id", store_name}}, {{"limit", 1}});
  if (!found) return found.error();
  if (found->empty()) {
    if (create) return make();
    return Error{ErrorKind::not_found,
                 fmt::format("the database {} holds no store {}", server_.deployment.database(),
                             server_.collections.tasks),
                 "asyncz add makes one"};
  }
  const auto version = found->front().number("version");
  if (version <= store_version) return {};
  return Error{ErrorKind::failed,
               fmt::format("the collections of {} are of version {}, which a newer asyncz made",
                           server_.collections.tasks, version),
               "use that asyncz"};
}

// Whoever does this at the same time does the same. FerretDB 1 cannot be told of several indexes at
// once that are there already.
Status Notes::make()
{
  auto& link = server_.rest;
  const auto& tasks = server_.collections.tasks;
  const auto& history = server_.collections.history;
  const std::array<std::pair<std::string, Document>, 5> indexes{
      {{tasks,
        index_of("asyncz_due", {{"priority", -1}, {"next_run_time", 1}, {"_id", 1}, {"queue", 1}})},
       {tasks, index_of("asyncz_next", {{"next_run_time", 1}, {"_id", 1}, {"queue", 1}})},
       {tasks, index_of("asyncz_held", {{"held_until", 1}}, true)},
       {history, index_of("asyncz_recorded", {{"recorded", -1}, {"_id", -1}})},
       {history, index_of("asyncz_task", {{"task_tag", 1}, {"recorded", -1}, {"_id", -1}})}}};
  for (const auto& [collection, index] : indexes) {
    const auto made = link.ask(
        {{"createIndexes", collection}, {"indexes", Array{index}}, {"writeConcern", majority()}});
    if (!made) return made.error();
  }
  const auto noted =
      link.insert(notes_, {Document{{"_id", store_name}, {"version", store_version}}});
  return noted ? Status{} : noted.error();
}

// --- Notes ---------------------------------------------------------------------------------------

Status Notes::put(const Note& note)
{
  if (note.kind == NoteKind::worker) return put_worker(note);
  const auto id = name_of(note.kind, note.name);
  if (note.kind == NoteKind::key) {
    const auto added = server_.rest.insert(notes_, {Document{{"_id", id},
                                                             {"kind", number_of(note.kind)},
                                                             {"name", note.name},
                                                             {"content", note.content}}});
    if (!added) return added.error();
    if (added->duplicates.empty()) return {};
    return Error{ErrorKind::conflict, "the store already knows under which key it is sealed", {}};
  }
  const auto written = server_.rest.update(
      notes_,
      {update_of({{"_id", id}},
                 {{"kind", number_of(note.kind)}, {"name", note.name}, {"content", note.content}},
                 true)});
  return written ? Status{} : written.error();
}

// Where somebody who lives has this name, nothing is found, and a second one of that name cannot
// be added.
Status Notes::put_worker(const Note& note)
{
  const auto now = server_.rest.there(system_clock().now());
  if (!now) return now.error();
  const auto expires = note.expires ? server_.rest.there(*note.expires) : Result<Instant>{never};
  if (!expires) return expires.error();
  const Document ours{{"_id", name_of(note.kind, note.name)},
                      {"$or", Array{Document{{"owner", server_.who}},
                                    Document{{"expires", Document{{"$lte", us_of(*now)}}}}}}};
  const auto written = server_.rest.update(notes_, {update_of(ours,
                                                              {{"kind", number_of(note.kind)},
                                                               {"name", note.name},
                                                               {"owner", server_.who},
                                                               {"expires", us_of(*expires)},
                                                               {"content", note.content}},
                                                              true)});
  if (!written) return written.error();
  if (written->duplicates.empty()) return {};
  return Error{ErrorKind::conflict,
               "a worker named '" + printable(note.name) + "' is already at work",
               "give this one another name with --name"};
}

Status Notes::remove(NoteKind kind, std::string_view name)
{
  Document note{{"_id", name_of(kind, name)}};
  if (kind == NoteKind::worker) note.add("owner", server_.who);
  const auto done = server_.rest.remove(notes_, {Document{{"q", std::move(note)}, {"limit", 1}}});
  return done ? Status{} : done.error();
}

Result<std::vector<Note>> Notes::all(NoteKind kind)
{
  Document wanted{{"kind", number_of(kind)}};
  if (kind == NoteKind::worker) {
    const auto now = server_.rest.there(system_clock().now());
    if (!now) return now.error();
    wanted.add("expires", Document{{"$gt", us_of(*now)}});
  }
  const auto found = server_.rest.find(notes_, wanted, {{"sort", Document{{"_id", 1}}}});
  if (!found) return found.error();
  std::vector<Note> notes;
  for (const auto& document : *found) {
    const auto* const content = document.find("content");
    const auto* const bytes = content != nullptr ? content->get<Bytes>() : nullptr;
    notes.push_back({.kind = kind,
                     .name = document.text("name"),
                     .content = bytes != nullptr ? *bytes : Bytes{}});
  }
  return notes;
}

Result<std::vector<std::string>> Notes::queues()
{
  const auto found = server_.claim.find(
      notes_, {{"kind", number_of(NoteKind::queue)}},
      {{"projection", Document{{"version", 1}}}, {"sort", Document{{"_id", 1}}}});
  if (!found) return found.error();
  std::vector<std::string> queues;
  for (const auto& document : *found) {
    queues.push_back(document.text("_id") + ' ' + std::to_string(document.number("version")));
  }
  return queues;
}

}  // namespace asyncz::stores::mongo
