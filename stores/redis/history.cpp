// SPDX-License-Identifier: MIT
#include "stores/redis/history.hpp"

#include "base/text.hpp"
#include "stores/redis/record_value.hpp"
#include "stores/task_errors.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace asyncz::stores::redis {
namespace {

constexpr std::size_t page_size = 500;
constexpr std::int64_t pruned_at_once = 1000;

std::string note_name(NoteKind kind, std::string_view name)
{
  return std::string{note_kind_text(kind)} + ':' + std::string{name};
}

bool visit_each(std::vector<Result<RunRecord>>& runs, const Store::VisitRun& visit)
{
  return std::all_of(runs.begin(), runs.end(), [&](auto& run) { return visit(std::move(run)); });
}

}  // namespace

Status History::record(const RunRecord& run, const Reservation* of)
{
  auto keys = server_.keys.of_runs();
  keys.push_back(server_.keys.tasks);
  Link::Arguments words{run_name(run.task_tag, run.fence, run.part),
                        moment_text(run.recorded),
                        value_of(run),
                        {},
                        {}};
  if (of != nullptr) words[3] = of->record.id, words[4] = std::to_string(of->record.fence);
  const auto reply = server_.journal.run(record_run_script, keys, words);
  if (!reply) return reply.error();
  if (reply->integer == 1) return {};
  return reservation_is_lost(words[3]);
}

Result<RunRecord> History::find(std::uint64_t task_tag, std::uint64_t fence)
{
  const auto name = run_name(task_tag, fence, 0);
  const auto runs = server_.keys.runs();
  const auto reply = server_.journal.ask({"HGET", runs, name});
  if (!reply) return reply.error();
  if (reply->kind == Reply::Kind::nil) {
    return Error{ErrorKind::not_found, "the history holds no such run", {}};
  }
  return run_of(name, reply->text);
}

// Those that were pruned meanwhile are left out.
Result<std::vector<Result<RunRecord>>> History::read(const std::vector<std::string>& names)
{
  std::vector<Result<RunRecord>> found;
  if (names.empty()) return found;
  const auto runs = server_.keys.runs();
  Command command{"HMGET", runs};
  command.insert(command.end(), names.begin(), names.end());
  const auto reply = server_.journal.ask(command);
  if (!reply) return reply.error();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& value = reply->at(i);
    if (value.kind != Reply::Kind::nil) found.push_back(run_of(names[i], value.text));
  }
  return found;
}

Status History::visit(const RunQuery& query, const Store::VisitRun& visit)
{
  return query.task_tag ? visit_task(query, visit) : visit_all(query, visit);
}

// Their names are in the order of their fences, which is not always that of time.
Status History::visit_task(const RunQuery& query, const Store::VisitRun& visit)
{
  const auto set = server_.keys.of_runs()[2];
  const auto first = "[" + (query.above_fence ? run_name(*query.task_tag, *query.above_fence + 1, 0)
                                              : hex_text(*query.task_tag) + ".");
  const auto last = "(" + hex_text(*query.task_tag) + "/";
  const auto reply = server_.journal.ask({"ZRANGEBYLEX", set, first, last});
  if (!reply) return reply.error();
  std::vector<Result<RunRecord>> found;
  for (std::size_t i = 0; i < reply->list.size(); i += page_size) {
    std::vector<std::string> names;
    for (std::size_t j = i; j < std::min(i + page_size, reply->list.size()); ++j) {
      names.push_back(reply->at(j).text);
    }
    auto page = read(names);
    if (!page) return page.error();
    std::move(page->begin(), page->end(), std::back_inserter(found));
  }
  if (query.since) {
    std::erase_if(found, [&](const auto& run) { return run && run->recorded < *query.since; });
  }
  std::reverse(found.begin(), found.end());
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a && (!b || a->recorded > b->recorded);
  });
  visit_each(found, visit);
  return {};
}

// Page by page from the newest; what is recorded meanwhile is newer still.
Status History::visit_all(const RunQuery& query, const Store::VisitRun& visit)
{
  const auto set = server_.keys.of_runs()[1];
  const auto since = query.since ? moment_text(*query.since) : std::string{"-inf"};
  const auto count = std::to_string(page_size);
  std::string from = "+inf";
  std::size_t seen_at_from = 0;
  for (;;) {
    const auto offset = std::to_string(seen_at_from);
    const auto reply = server_.journal.ask(
        {"ZREVRANGEBYSCORE", set, from, since, "WITHSCORES", "LIMIT", offset, count});
    if (!reply) return reply.error();
    std::vector<std::string> names;
    for (std::size_t i = 0; i + 1 < reply->list.size(); i += 2) {
      names.push_back(reply->at(i).text);
      const auto& score = reply->at(i + 1).text;
      seen_at_from = score == from ? seen_at_from + 1 : 1;
      from = score;
    }
    auto runs = read(names);
    if (!runs) return runs.error();
    if (!visit_each(*runs, visit) || names.size() < page_size) return {};
  }
}

Status History::prune(Instant before, std::int64_t keep_bytes)
{
  for (;;) {
    const auto reply = server_.rest.run(prune_script, server_.keys.of_runs(),
                                        {moment_text(before), std::to_string(keep_bytes)});
    if (!reply) return reply.error();
    if (reply->integer < pruned_at_once) return {};
  }
}

// --- Notes -------------------------------------------------------------------------------------

Status History::put_note(const Note& note)
{
  const auto lives = note.expires && note.kind == NoteKind::worker
                         ? server_.span_until(*note.expires)
                         : std::string{};
  const auto alone = note.kind == NoteKind::queue ? std::string_view{} : note_kind_text(note.kind);
  const auto reply = server_.rest.run(put_note_script, {server_.keys.notes(), server_.keys.channel},
                                      {note_name(note.kind, note.name), lives, server_.who,
                                       std::string{text_of(note.content)}, std::string{alone}});
  if (!reply) return reply.error();
  if (reply->integer == 1) return {};
  if (note.kind == NoteKind::key) {
    return Error{ErrorKind::conflict, "the store already knows under which key it is sealed", {}};
  }
  return Error{
      ErrorKind::conflict, "a worker named '" + printable(note.name) + "' is already at work", {}};
}

Status History::remove_note(NoteKind kind, std::string_view name)
{
  const auto notes = server_.keys.notes();
  const auto field = note_name(kind, name);
  const std::vector<Command> commands{{"HDEL", notes, field},
                                      {"PUBLISH", server_.keys.channel, "\n"}};
  const auto replies = server_.rest.ask(commands);
  return replies ? Status{} : replies.error();
}

Result<std::vector<Note>> History::notes(NoteKind kind)
{
  const auto reply = server_.rest.run(notes_script, {server_.keys.notes(), server_.keys.channel},
                                      {std::string{note_kind_text(kind)} + ':'});
  if (!reply) return reply.error();
  std::vector<Note> notes;
  for (const auto& pair : reply->list) {
    const auto content = bytes_of(pair.at(1).text);
    notes.push_back(
        {.kind = kind, .name = pair.at(0).text, .content = {content.begin(), content.end()}});
  }
  return notes;
}

}  // namespace asyncz::stores::redis
