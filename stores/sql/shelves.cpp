// SPDX-License-Identifier: MIT
#include "stores/sql/shelves.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr std::int64_t lowest_priority = -9;
constexpr std::int64_t highest_priority = 9;

}  // namespace

Result<std::vector<SqlShelf>> read_shelves(SqlLink& link, const SqlStatements& sql)
{
  std::vector<SqlShelf> found;
  bool sane = true;  // a row that asyncz never writes must not keep us here for ever
  const auto collect = [&](const SqlRow& row) {
    sane = sane && row.number(1) >= lowest_priority && row.number(1) <= highest_priority;
    found.push_back(
        {std::string{row.text(0)}, static_cast<int>(row.number(1)), instant_of(row.number(2))});
  };
  const bool at_once = !sql.all_shelves.empty();
  if (at_once) {
    if (const auto asked = link.run(sql.all_shelves, {}, collect); !asked) return asked.error();
  }
  for (SqlShelf last; !at_once;) {
    const auto before = found.size();
    const std::string_view queue = last.queue;
    const auto asked =
        link.run(sql.next_shelf, {queue, std::int64_t{last.priority}, queue}, collect);
    if (!asked) return asked.error();
    if (found.size() == before || !sane) break;
    // Of two the other's turn comes next.
    const bool same_queue = found[before].queue == last.queue;
    if (found.size() > before + 1) found.erase(found.end() - (same_queue ? 1 : 2));
    if (std::tie(found.back().queue, found.back().priority) <=
        std::tie(last.queue, last.priority)) {
      sane = false;
      break;
    }
    last = found.back();
  }
  if (!sane) {
    return Error{ErrorKind::corrupt,
                 "table " + sql.name + " holds rows that asyncz has not written",
                 "remove those whose priority is not -9 to 9"};
  }
  return found;
}

Result<std::vector<std::string>> first_ids(SqlLink& link, const SqlStatements& sql,
                                           std::size_t count)
{
  const auto shelves = read_shelves(link, sql);
  if (!shelves) return shelves.error();
  std::vector<std::pair<Instant, std::string>> found;
  for (const auto& shelf : *shelves) {
    const auto asked = link.run(
        sql.shelf_keys,
        {std::string_view{shelf.queue}, std::int64_t{shelf.priority},
         static_cast<std::int64_t>(count)},
        [&](const SqlRow& row) { found.emplace_back(instant_of(row.number(1)), row.text(0)); });
    if (!asked) return asked.error();
  }
  std::ranges::sort(found);
  std::vector<std::string> ids;
  for (auto& [moment, id] : found) {
    if (ids.size() < count) ids.push_back(std::move(id));
  }
  return ids;
}

}  // namespace asyncz::stores
