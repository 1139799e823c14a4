// SPDX-License-Identifier: MIT
#include "stores/mongo/history.hpp"

#include "stores/mongo/records.hpp"
#include "stores/task_errors.hpp"

#include <optional>
#include <string>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

constexpr std::int64_t page_size = 500;

Document newest_first() { return {{"recorded", -1}, {"_id", -1}}; }

// All that newest_first() has after this one.
void begin_after(const Document& last, Document& filter)
{
  const auto recorded = last.number("recorded");
  filter.add("$or",
             Array{Document{{"recorded", Document{{"$lt", recorded}}}},
                   Document{{"recorded", recorded}, {"_id", Document{{"$lt", last.text("_id")}}}}});
}

}  // namespace

Result<bool> History::holds(const Reservation& reservation)
{
  const auto found =
      server_.journal.find(server_.collections.tasks, {{"_id", reservation.record.id}},
                           {{"projection", Document{{"fence", 1}}}, {"limit", 1}});
  if (!found) return found.error();
  return !found->empty() &&
         found->front().number("fence") == stored_number(reservation.record.fence);
}

// A write that spans two collections is no single step. A fence never comes back: where the
// reservation still holds afterwards, it held when the run was written.
Status History::record(const RunRecord& run, const Reservation* of)
{
  const auto held = [&]() -> Status {
    if (of == nullptr) return {};
    const auto holds_now = holds(*of);
    if (!holds_now) return holds_now.error();
    return *holds_now ? Status{} : reservation_is_lost(of->record.id);
  };
  if (auto before = held(); !before) return before;
  const auto written =
      server_.journal.update(runs_, {Document{{"q", Document{{"_id", name_of(run)}}},
                                              {"u", Document{{"$set", content_of(run)}}},
                                              {"upsert", true}}});
  return written ? held() : written.error();
}

Result<RunRecord> History::find(std::uint64_t task_tag, std::uint64_t fence)
{
  const auto found =
      server_.reading.find(runs_, {{"_id", name_of_run(task_tag, fence)}}, {{"limit", 1}});
  if (!found) return found.error();
  if (!found->empty()) return run_of(found->front());
  return Error{ErrorKind::not_found, "the history holds no such run", {}};
}

// Page by page, so that the visitor may use the store.
Status History::visit(const RunQuery& query, const Store::VisitRun& visit)
{
  Document wanted;
  if (query.task_tag) wanted.add("task_tag", stored_number(*query.task_tag));
  if (query.since) wanted.add("recorded", Document{{"$gte", us_of(*query.since)}});
  if (query.task_tag && query.above_fence) {
    wanted.add("_id", Document{{"$gte", name_of_run(*query.task_tag, *query.above_fence + 1)}});
  }
  std::optional<Document> last;
  for (;;) {
    auto filter = wanted;
    if (last) begin_after(*last, filter);
    auto page =
        server_.reading.find(runs_, filter, {{"sort", newest_first()}, {"limit", page_size}});
    if (!page) return page.error();
    for (const auto& document : *page) {
      if (!visit(run_of(document))) return {};
    }
    if (page->size() < static_cast<std::size_t>(page_size)) return {};
    last = std::move(page->back());
  }
}

Status History::prune(Instant before, std::int64_t keep_bytes)
{
  auto& link = server_.rest;
  const auto remove = [&](Document which) -> Status {
    const auto done = link.remove(runs_, {Document{{"q", std::move(which)}, {"limit", 0}}});
    return done ? Status{} : done.error();
  };
  auto aged = remove({{"recorded", Document{{"$lt", us_of(before)}}}});
  if (!aged) return aged;
  std::int64_t kept = 0;
  std::optional<Document> first_surplus;
  const auto summed = link.find(
      runs_, {}, {{"projection", Document{{"recorded", 1}, {"size", 1}}}, {"sort", newest_first()}},
      [&](Document run) {
        kept += run.number("size");
        if (kept > keep_bytes) first_surplus = std::move(run);
        return !first_surplus;
      });
  if (!summed || !first_surplus) return summed;
  return remove({{"recorded", Document{{"$lte", first_surplus->number("recorded")}}}});
}

}  // namespace asyncz::stores::mongo
