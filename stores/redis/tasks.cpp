// SPDX-License-Identifier: MIT
#include "stores/redis/tasks.hpp"

#include "base/text.hpp"
#include "stores/redis/record_value.hpp"
#include "stores/task_errors.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace asyncz::stores::redis {
namespace {

constexpr std::size_t in_one_step = 200;   // records; the server does nothing else meanwhile
constexpr std::size_t steps_at_once = 16;  // sent before the first is answered
constexpr std::size_t read_at_once = 500;

// What the scripts that change one record answer.
Status status_of(const Reply& reply, std::string_view id)
{
  const auto name = "task '" + printable(id) + "'";
  switch (reply.integer) {
    case 1:
      return {};
    case -1:
      return no_such_task(id);
    case -2:
      return Error{ErrorKind::corrupt, name + " is not what asyncz writes", {}};
    default:
      return task_has_changed(id);
  }
}

Status added(const Reply& reply, std::string_view id)
{
  if (reply.integer == 1) return {};
  return id_is_taken(id);
}

// What a sorted set is asked for: ids that begin so, `*` and the like meaning themselves.
std::string pattern_of(std::string_view prefix)
{
  std::string pattern;
  for (const char byte : prefix) {
    if (std::string_view{"*?[]^\\"}.find(byte) != std::string_view::npos) pattern += '\\';
    pattern += byte;
  }
  return pattern + '*';
}

}  // namespace

std::vector<Status> Tasks::add(std::span<const Record> records)
{
  std::vector<Status> statuses;
  statuses.reserve(records.size());
  while (statuses.size() < records.size()) {
    const auto batch = records.subspan(
        statuses.size(), std::min(in_one_step * steps_at_once, records.size() - statuses.size()));
    std::vector<Link::Arguments> calls;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (i % in_one_step == 0) calls.push_back({server_.who});
      const auto& record = batch[i];
      calls.back().insert(calls.back().end(), {record.id, moment_text(record.moment),
                                               shelf_of(record), value_of(record)});
    }
    const auto replies = server_.rest.run(add_script, keys_, calls);
    server_.changed = true;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      statuses.push_back(replies
                             ? added((*replies)[i / in_one_step].at(i % in_one_step), batch[i].id)
                             : replies.error());
    }
  }
  return statuses;
}

Result<Record> Tasks::lookup(std::string_view id)
{
  const auto reply = server_.rest.ask({"HGET", server_.keys.tasks, id});
  if (!reply) return reply.error();
  if (reply->kind == Reply::Kind::nil) return no_such_task(id);
  return record_of(id, reply->text);
}

Status Tasks::update(const Record& record)
{
  const auto reply = server_.rest.run(
      update_script, keys_,
      {server_.who, record.id, std::to_string(record.revision - 1), std::to_string(record.fence),
       moment_text(record.moment), shelf_of(record), value_of(record)});
  if (!reply) return reply.error();
  server_.changed = true;
  return status_of(*reply, record.id);
}

Status Tasks::remove(std::string_view id, std::int64_t revision)
{
  const auto reply = server_.rest.run(delete_script, keys_,
                                      {server_.who, std::string{id}, std::to_string(revision)});
  if (!reply) return reply.error();
  server_.changed = true;
  return status_of(*reply, id);
}

Status Tasks::remove_all()
{
  const auto all = ids("0", "-1");
  if (!all) return all.error();
  std::int64_t left = 0;
  for (std::size_t i = 0; i < all->size(); i += in_one_step) {
    Link::Arguments arguments{server_.who};
    const auto end = std::min(all->size(), i + in_one_step);
    arguments.insert(arguments.end(), all->begin() + static_cast<std::ptrdiff_t>(i),
                     all->begin() + static_cast<std::ptrdiff_t>(end));
    const auto reply = server_.rest.run(remove_script, keys_, arguments);
    if (!reply) return reply.error();
    left += reply->integer;
  }
  server_.changed = true;
  if (left == 0) return {};
  return Error{
      ErrorKind::corrupt, std::to_string(left) + " tasks are not what asyncz writes and stay", {}};
}

// By moment, from the place `first` to `last`, -1 being the last of all.
Result<std::vector<std::string>> Tasks::ids(std::string_view first, std::string_view last)
{
  auto reply = server_.rest.ask({"ZRANGE", server_.keys.run_times, first, last});
  if (!reply) return reply.error();
  std::vector<std::string> ids;
  ids.reserve(reply->list.size());
  for (auto& id : reply->list) ids.push_back(std::move(id.text));
  return ids;
}

// Who wants only the first is not kept waiting for all. The rest comes by ids that were read at
// once, so that what moves meanwhile is neither left out nor visited twice.
Status Tasks::visit(const Store::Visit& visit)
{
  std::set<std::string> seen;
  for (const auto count : {read_at_once, 16 * read_at_once}) {
    const auto first = ids("0", std::to_string(count - 1));
    if (!first) return first.error();
    const auto more = visit_new(*first, seen, visit);
    if (!more) return more.error();
    if (!*more || first->size() < count) return {};
    seen.insert(first->begin(), first->end());
  }
  const auto all = ids("0", "-1");
  if (!all) return all.error();
  const auto visited = visit_new(*all, seen, visit);
  return visited ? Status{} : visited.error();
}

// Those of `ids` that were not seen before, page by page. Whether the visitor wants more.
Result<bool> Tasks::visit_new(std::span<const std::string> ids, const std::set<std::string>& seen,
                              const Store::Visit& visit)
{
  std::vector<std::string> page;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!seen.contains(ids[i])) page.push_back(ids[i]);
    if (page.size() < read_at_once && i + 1 < ids.size()) continue;
    const auto more = visit_page(page, visit);
    if (!more || !*more) return more;
    page.clear();
  }
  return true;
}

// Whether the visitor wants more.
Result<bool> Tasks::visit_page(std::span<const std::string> ids, const Store::Visit& visit)
{
  if (ids.empty()) return true;
  Command command{"HMGET", server_.keys.tasks};
  command.insert(command.end(), ids.begin(), ids.end());
  const auto reply = server_.rest.ask(command);
  if (!reply) return reply.error();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto& value = reply->at(i);
    if (value.kind == Reply::Kind::nil) continue;  // removed meanwhile
    if (!visit(ids[i], record_of(ids[i], value.text))) return false;
  }
  return true;
}

Result<std::vector<std::string>> Tasks::with_prefix(std::string_view prefix, std::size_t limit)
{
  const auto pattern = pattern_of(prefix);
  std::vector<std::string> found;
  std::string cursor = "0";
  do {
    auto reply = server_.rest.ask(
        {"ZSCAN", server_.keys.run_times, cursor, "MATCH", pattern, "COUNT", "10000"});
    if (!reply) return reply.error();
    cursor = reply->at(0).text;
    const auto& pairs = reply->at(1).list;
    for (std::size_t i = 0; i < pairs.size(); i += 2) found.push_back(pairs[i].text);
  } while (!cursor.empty() && cursor != "0" && found.size() < limit);
  // A set that changes meanwhile may give an element twice.
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  found.resize(std::min(found.size(), limit));
  return found;
}

Result<std::string> Tasks::quarantine(std::string_view id)
{
  auto keys = keys_;
  keys.push_back(server_.keys.unreadable());
  const auto reply = server_.rest.run(quarantine_script, keys, {server_.who, std::string{id}});
  if (!reply) return reply.error();
  if (reply->integer == -1) return no_such_task(id);
  return "the hash " + printable(server_.keys.unreadable());
}

}  // namespace asyncz::stores::redis
