// SPDX-License-Identifier: MIT
#include "stores/sql/history.hpp"

#include "stores/sql/records.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr std::size_t page_size = 500;

RunRecord run_of(const SqlRow& row)
{
  const auto state = row.bytes(4);
  return {.task_tag = static_cast<std::uint64_t>(row.number(0)),
          .fence = static_cast<std::uint64_t>(row.number(1)),
          .part = static_cast<std::uint8_t>(row.number(2)),
          .recorded = instant_of(row.number(3)),
          .sealed = {state.begin(), state.end()}};
}

}  // namespace

Status SqlHistory::append(const RunRecord& run, const Reservation* of)
{
  SqlValues values{stored_number(run.task_tag), stored_number(run.fence), std::int64_t{run.part},
                   us_of(run.recorded), ByteView{run.sealed}};
  if (of != nullptr) {
    values.emplace_back(std::string_view{of->record.id});
    values.emplace_back(stored_number(of->record.fence));
  }
  const auto done = journal_.run(of == nullptr ? sql_.add_run : sql_.add_held_run, values);
  if (!done) return done.error();
  return of == nullptr || *done > 0 ? Status{} : reservation_is_lost(of->record.id);
}

Result<RunRecord> SqlHistory::find(std::uint64_t task_tag, std::uint64_t fence)
{
  const std::lock_guard lock{mutex_};
  std::optional<RunRecord> found;
  const auto asked = reading_.run(sql_.find_run, {stored_number(task_tag), stored_number(fence)},
                                  [&](const SqlRow& row) { found = run_of(row); });
  if (!asked) return asked.error();
  if (found) return *std::move(found);
  return Error{ErrorKind::not_found, "the history holds no such run", {}};
}

// Runs never change, so that each page can begin where the one before has ended.
Result<std::vector<RunRecord>> SqlHistory::page(const RunQuery& query, const RunRecord* after)
{
  SqlStep step{fmt::format("SELECT task_tag, fence, part, recorded, state FROM {} WHERE recorded"
                           " >= ?",
                           sql_.history),
               {query.since ? us_of(*query.since) : std::numeric_limits<std::int64_t>::min()}};
  if (query.task_tag) {
    step.statement += " AND task_tag = ?";
    step.values.emplace_back(stored_number(*query.task_tag));
  }
  if (query.above_fence) {
    step.statement += " AND fence > ?";
    step.values.emplace_back(stored_number(*query.above_fence));
  }
  if (after != nullptr) {
    const auto recorded = us_of(after->recorded);
    const auto tag = stored_number(after->task_tag);
    const auto fence = stored_number(after->fence);
    step.statement +=
        " AND recorded <= ? AND (recorded < ? OR task_tag < ? OR (task_tag = ? AND (fence < ?"
        " OR (fence = ? AND part < ?))))";
    for (const auto value : {recorded, recorded, tag, tag, fence, fence}) {
      step.values.emplace_back(value);
    }
    step.values.emplace_back(std::int64_t{after->part});
  }
  step.statement += " ORDER BY recorded DESC, task_tag DESC, fence DESC, part DESC LIMIT ?";
  step.values.emplace_back(static_cast<std::int64_t>(page_size));

  std::vector<RunRecord> runs;
  const std::lock_guard lock{mutex_};
  const auto asked = reading_.run(step.statement, step.values,
                                  [&](const SqlRow& row) { runs.push_back(run_of(row)); });
  if (!asked) return asked.error();
  return runs;
}

Status SqlHistory::each(const RunQuery& query, const Store::VisitRun& visit)
{
  std::optional<RunRecord> last;
  for (;;) {
    auto runs = page(query, last ? &*last : nullptr);
    if (!runs) return runs.error();
    if (runs->empty()) return {};
    last = runs->back();
    for (auto& run : *runs) {
      if (!visit(std::move(run))) return {};
    }
  }
}

Status SqlHistory::prune(SqlLink& link, Instant before, std::int64_t keep_bytes)
{
  if (const auto done = link.run(sql_.age_runs, {us_of(before)}); !done) return done.error();
  std::optional<std::int64_t> surplus;
  const auto asked = link.run(sql_.last_surplus, {keep_bytes},
                              [&](const SqlRow& row) { surplus = row.number(0); });
  if (!asked) return asked.error();
  if (!surplus) return {};
  const auto done = link.run(sql_.cut_runs, {*surplus});
  return done ? Status{} : done.error();
}

}  // namespace asyncz::stores
