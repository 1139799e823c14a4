// SPDX-License-Identifier: MIT
#include "stores/sql/tasks.hpp"

#include "stores/sql/records.hpp"
#include "stores/sql/schema.hpp"
#include "stores/sql/shelves.hpp"
#include "time/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr std::size_t page_size = 256;

}  // namespace

// --- Writing -------------------------------------------------------------------------------------

// What each step changed.
Result<std::vector<std::size_t>> SqlTasks::write(std::vector<SqlStep> steps, bool announced)
{
  const auto count = steps.size();
  if (announced && !sql_.announce.empty()) steps.push_back({sql_.announce, {}});
  auto changed = link_.run_all(steps);
  if (changed) changed->resize(count);
  return changed;
}

// Why a write has changed nothing. It may have succeeded before its connection was lost: then what
// is stored is what was to be written.
Status SqlTasks::why_not(std::string_view id, const Record* wanted)
{
  const bool repeated = link_.was_repeated();
  const auto stored = lookup(id);
  const bool gone = !stored && stored.error().kind == ErrorKind::not_found;
  if (repeated && (wanted != nullptr ? stored && *stored == *wanted : gone)) return {};
  if (!stored) return stored.error();
  return task_has_changed(id);
}

std::vector<Status> SqlTasks::add(std::span<const Record> records)
{
  if (records.empty()) return {};
  std::vector<SqlStep> steps;
  for (const auto& record : records) {
    auto values = content_of(record);
    values.insert(values.begin(), std::string_view{record.id});
    steps.push_back({sql_.add, std::move(values)});
  }
  const auto added = write(std::move(steps), true);
  if (!added) return std::vector<Status>(records.size(), added.error());
  const bool repeated = link_.was_repeated();
  std::vector<Status> statuses(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    if ((*added)[i] > 0) continue;
    const auto& record = records[i];
    if (repeated) {
      const auto stored = lookup(record.id);
      if (stored && *stored == record) continue;
    }
    statuses[i] = id_is_taken(record.id);
  }
  return statuses;
}

Status SqlTasks::update(const Record& record)
{
  auto values = content_of(record);
  values.insert(values.end(),
                {std::string_view{record.id}, record.revision - 1, stored_number(record.fence)});
  const auto changed = write({{sql_.update, std::move(values)}}, true);
  if (!changed) return changed.error();
  return changed->front() > 0 ? Status{} : why_not(record.id, &record);
}

Status SqlTasks::remove(std::string_view id, std::int64_t revision)
{
  const auto changed = write({{sql_.remove, {id, revision}}}, true);
  if (!changed) return changed.error();
  return changed->front() > 0 ? Status{} : why_not(id, nullptr);
}

Status SqlTasks::remove_all()
{
  const auto changed = write({{sql_.remove_all, {}}}, true);
  return changed ? Status{} : changed.error();
}

// --- Looking -------------------------------------------------------------------------------------

Result<Record> SqlTasks::lookup(std::string_view id)
{
  std::optional<Record> found;
  const auto asked =
      link_.run(sql_.lookup, {id}, [&](const SqlRow& row) { found = record_of(row); });
  if (!asked) return asked.error();
  if (!found) return no_such_task(id);
  return *std::move(found);
}

// Who wants only the first is not kept waiting for all. The rest comes by keys that were read at
// once, so that what changes meanwhile is visited once, and the visitor may use the store.
Status SqlTasks::visit(const Store::Visit& visit)
{
  std::unordered_set<std::string> seen;
  for (const auto count : {page_size, 32 * page_size}) {
    const auto first = first_ids(link_, sql_, count);
    if (!first) return first.error();
    const auto more = visit_new(*first, seen, visit);
    if (!more) return more.error();
    if (!*more || first->size() < count) return {};
    seen.insert(first->begin(), first->end());
  }
  std::vector<std::string> all;
  const auto listed =
      link_.run(sql_.keys, {}, [&](const SqlRow& row) { all.emplace_back(row.text(0)); });
  if (!listed) return listed.error();
  const auto visited = visit_new(all, seen, visit);
  return visited ? Status{} : visited.error();
}

// Those of `ids` that were not seen before, page by page. Whether the visitor wants more.
Result<bool> SqlTasks::visit_new(std::span<const std::string> ids,
                                 const std::unordered_set<std::string>& seen,
                                 const Store::Visit& visit)
{
  std::vector<std::string> page;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!seen.contains(ids[i])) page.push_back(ids[i]);
    if (page.size() < page_size && i + 1 < ids.size()) continue;
    const auto more = visit_page(page, visit);
    if (!more || !*more) return more;
    page.clear();
  }
  return true;
}

// Whether the visitor wants more.
Result<bool> SqlTasks::visit_page(std::span<const std::string> ids, const Store::Visit& visit)
{
  if (ids.empty()) return true;
  std::map<std::string, Record, std::less<>> records;
  const auto read = link_.run(fmt::format("SELECT {} FROM {} WHERE id IN ({})", record_columns,
                                          sql_.tasks, SqlStatements::marks(ids.size())),
                              SqlValues{ids.begin(), ids.end()}, [&](const SqlRow& row) {
                                auto record = record_of(row);
                                records.emplace(record.id, std::move(record));
                              });
  if (!read) return read.error();
  for (const auto& id : ids) {
    const auto record = records.find(id);
    if (record == records.end()) continue;  // removed meanwhile
    if (!visit(id, std::move(record->second))) return false;
  }
  return true;
}

Result<std::vector<std::string>> SqlTasks::with_prefix(std::string_view prefix, std::size_t limit)
{
  constexpr std::string_view last_character = "\U0010FFFF";
  const auto end = std::string{prefix} + std::string{last_character};
  std::vector<std::string> ids;
  const auto asked =
      link_.run(fmt::format("SELECT id FROM {} WHERE id >= ? AND id < ? LIMIT ?", sql_.tasks),
                {prefix, std::string_view{end}, static_cast<std::int64_t>(limit)},
                [&](const SqlRow& row) { ids.emplace_back(row.text(0)); });
  if (!asked) return asked.error();
  return ids;
}

// What is put aside is read first, so that whoever mends it meanwhile finds it where it was.
Result<std::string> SqlTasks::quarantine(std::string_view id)
{
  const auto record = lookup(id);
  if (!record) return record.error();
  auto made =
      link_.again([&](SqlConnection& connection) { return open_unreadable(connection, sql_); });
  if (!made) return made.error();
  const auto moved = write({{sql_.put_aside, {us_of(system_clock().now()), id, record->revision}},
                            {sql_.remove, {id, record->revision}}},
                           true);
  if (!moved) return moved.error();
  if (moved->back() == 0) {
    if (auto gone = why_not(id, nullptr); !gone) return gone.error();
  }
  return "the table " + sql_.name + "_unreadable";
}

}  // namespace asyncz::stores
