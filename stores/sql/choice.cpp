// SPDX-License-Identifier: MIT
#include "stores/sql/choice.hpp"

#include "store/demand.hpp"

#include <fmt/format.h>

namespace asyncz::stores {

void SqlChoice::append_shelf(SqlStep& step, const SqlShelf& shelf, std::string_view what) const
{
  step.statement += fmt::format(
      "SELECT {} FROM {} WHERE queue = ? AND priority = ?"
      " AND next_run_time <= ?",
      what, sql.tasks);
  step.values.emplace_back(std::string_view{shelf.queue});
  step.values.emplace_back(std::int64_t{shelf.priority});
  step.values.emplace_back(us_of(now));
  if (!ignored.empty()) {
    step.statement += " AND id NOT IN (" + SqlStatements::marks(ignored.size()) + ")";
    for (const auto& [id, revision] : ignored) step.values.emplace_back(std::string_view{id});
  }
  step.statement += " ORDER BY next_run_time, id LIMIT ?";
  step.values.emplace_back(static_cast<std::int64_t>(wanted_of(demand, shelf.queue)));
  step.statement += lock;
}

void SqlChoice::append_to(SqlStep& step) const
{
  if (shelves.size() == 1) return append_shelf(step, shelves.front(), columns);
  const auto inner = fmt::format("{}, ? AS share", columns);
  step.statement += fmt::format(
      "SELECT {0} FROM (SELECT {0}, share, ROW_NUMBER() OVER (PARTITION BY queue"
      " ORDER BY priority DESC, next_run_time, id) AS place FROM (",
      columns);
  std::size_t count = 0;
  for (const auto& shelf : shelves) {
    if (count > 0) step.statement += " UNION ALL ";
    step.statement += "SELECT * FROM (";
    step.values.emplace_back(static_cast<std::int64_t>(wanted_of(demand, shelf.queue)));
    append_shelf(step, shelf, inner);
    step.statement += fmt::format(") AS shelf{}", count++);
  }
  step.statement +=
      ") AS due) AS placed WHERE place <= share ORDER BY priority DESC, next_run_time, id LIMIT ?";
  step.values.emplace_back(static_cast<std::int64_t>(demand.limit));
}

}  // namespace asyncz::stores
