// SPDX-License-Identifier: MIT
#include "stores/mongo/tasks.hpp"

#include "stores/mongo/records.hpp"
#include "stores/task_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

constexpr std::size_t page_size = 256;

Document by_id(std::string_view id) { return {{"_id", id}}; }

bool is_gone(const Result<Record>& stored)
{
  return !stored && stored.error().kind == ErrorKind::not_found;
}

Document deletion_of(Document filter) { return {{"q", std::move(filter)}, {"limit", 1}}; }

}  // namespace

// --- Adding and reading --------------------------------------------------------------------------

std::vector<Status> Tasks::add(std::span<const Record> records)
{
  std::vector<Status> statuses(records.size());
  Array documents;
  for (const auto& record : records) documents.push_back(document_of(record));
  const auto written = link_.insert(tasks_, std::move(documents));
  if (!written) return std::vector<Status>(records.size(), written.error());
  const bool repeated = link_.was_repeated();
  for (const auto i : written->duplicates) {
    if (i < statuses.size()) statuses[i] = added(records[i], repeated);
  }
  return statuses;
}

// What is there already may be what we wanted to add, before the connection was lost.
Status Tasks::added(const Record& record, bool repeated)
{
  if (repeated) {
    const auto stored = lookup(record.id);
    if (stored && *stored == record) return {};
  }
  return id_is_taken(record.id);
}

Result<Record> Tasks::lookup(std::string_view id)
{
  const auto found = link_.find(tasks_, by_id(id), {{"limit", 1}});
  if (!found) return found.error();
  if (found->empty()) return no_such_task(id);
  return record_of(found->front());
}

// All ids first, so that what changes meanwhile is visited once, and the visitor may use the store.
Status Tasks::visit(const Store::Visit& visit)
{
  std::vector<std::string> ids;
  const auto listed = link_.find(
      tasks_, {},
      {{"projection", Document{{"_id", 1}}}, {"sort", Document{{"next_run_time", 1}, {"_id", 1}}}},
      [&](const Document& document) {
        ids.push_back(document.text("_id"));
        return true;
      });
  if (!listed) return listed;
  for (std::size_t i = 0; i < ids.size(); i += page_size) {
    const auto more =
        visit_page(std::span{ids}.subspan(i, std::min(page_size, ids.size() - i)), visit);
    if (!more) return more.error();
    if (!*more) break;
  }
  return {};
}

Result<bool> Tasks::visit_page(std::span<const std::string> ids, const Store::Visit& visit)
{
  const auto found = link_.find(tasks_, among(ids));
  if (!found) return found.error();
  std::map<std::string_view, const Document*> documents;
  for (const auto& document : *found) documents.emplace(document.text("_id"), &document);
  for (const auto& id : ids) {
    const auto document = documents.find(id);
    if (document == documents.end()) continue;  // removed meanwhile
    if (!visit(id, record_of(*document->second))) return false;
  }
  return true;
}

Result<std::vector<std::string>> Tasks::with_prefix(std::string_view prefix, std::size_t limit)
{
  constexpr std::string_view last_character = "\U0010FFFF";
  const auto end = std::string{prefix} + std::string{last_character};
  const auto found = link_.find(
      tasks_, {{"_id", Document{{"$gte", prefix}, {"$lt", end}}}},
      {{"projection", Document{{"_id", 1}}}, {"limit", static_cast<std::int64_t>(limit)}});
  if (!found) return found.error();
  std::vector<std::string> ids;
  for (const auto& document : *found) ids.push_back(document.text("_id"));
  return ids;
}

// --- Changing ------------------------------------------------------------------------------------

// Why a write has changed nothing. It may have succeeded before its connection was lost: then what
// is stored is what was to be written.
Status Tasks::why_not(std::string_view id, const Record* wanted, bool repeated)
{
  const auto stored = lookup(id);
  const bool done = wanted != nullptr ? stored && *stored == *wanted : is_gone(stored);
  if (repeated && done) return {};
  return stored ? task_has_changed(id) : stored.error();
}

Status Tasks::update(const Record& record)
{
  const Document stored{{"_id", record.id},
                        {"revision", record.revision - 1},
                        {"fence", Document{{"$lte", stored_number(record.fence)}}}};
  const auto written = link_.update(
      tasks_, {Document{{"q", stored}, {"u", Document{{"$set", content_of(record)}}}}});
  if (!written) return written.error();
  return written->count > 0 ? Status{} : why_not(record.id, &record, link_.was_repeated());
}

Status Tasks::remove(std::string_view id, std::int64_t revision)
{
  const auto written = link_.remove(tasks_, {deletion_of({{"_id", id}, {"revision", revision}})});
  if (!written) return written.error();
  return written->count > 0 ? Status{} : why_not(id, nullptr, link_.was_repeated());
}

Status Tasks::remove_all()
{
  const auto written = link_.remove(tasks_, {Document{{"q", Document{}}, {"limit", 0}}});
  return written ? Status{} : written.error();
}

// A copy first, so that it is somewhere at every moment. Whoever dies in between has it taken for
// unreadable once more.
Result<std::string> Tasks::quarantine(std::string_view id)
{
  constexpr int most_copies = 1000;
  const auto& unreadable = server_.collections.unreadable;
  const auto found = link_.find_whole(tasks_, by_id(id));
  if (!found) return found.error();
  if (!*found) return no_such_task(id);
  const auto& [document, whole] = **found;
  for (int n = 0; n < most_copies; ++n) {
    const auto name = n == 0 ? std::string{id} : fmt::format("{}.{}", id, n);
    const auto copied = link_.insert(unreadable, {Document{{"_id", name}, {"task", whole}}});
    if (!copied) return copied.error();
    if (!copied->duplicates.empty()) continue;
    const auto* const revision = document.find("revision");
    const Document same{{"_id", id}, {"revision", revision != nullptr ? *revision : nullptr}};
    const auto removed = link_.remove(tasks_, {deletion_of(same)});
    if (!removed) return removed.error();
    if (removed->count == 0 && !link_.was_repeated()) return task_has_changed(id);
    return fmt::format("the collection {}", unreadable);
  }
  return id_is_taken(id);
}

// --- Settling ------------------------------------------------------------------------------------

std::vector<Status> Tasks::settle(std::span<const Settlement> settlements)
{
  std::vector<Status> statuses(settlements.size());
  Settlements going_on;
  Settlements ended;
  for (std::size_t i = 0; i < settlements.size(); ++i) {
    (settlements[i].record ? going_on : ended).push_back(i);
  }
  if (!going_on.empty()) write_all(settlements, going_on, statuses);
  if (ended.size() == 1) {
    const auto& record = settlements[ended.front()].reservation->record;
    statuses[ended.front()] = remove(record.id, record.revision);
  } else if (!ended.empty()) {
    remove_ended(settlements, ended, statuses);
  }
  for (std::size_t i = 0; i < settlements.size(); ++i) {
    auto& reservation = *settlements[i].reservation;
    if (!statuses[i]) continue;
    server_.held.drop(reservation.record);
    reservation.lock.reset();
  }
  return statuses;
}

void Tasks::write_all(std::span<const Settlement> settlements, const Settlements& which,
                      std::vector<Status>& statuses)
{
  Array updates;
  for (const auto i : which) {
    const auto& [reservation, record] = settlements[i];
    const Document change{{"$set", content_of(*record)},
                          {"$unset", Document{{"held_until", ""}, {"claim", ""}}}};
    updates.push_back(Document{{"q", as_read(reservation->record)}, {"u", change}});
  }
  const auto written = link_.update(tasks_, std::move(updates));
  if (written && written->count == which.size()) return;
  for (const auto i : which) {
    const auto& wanted = *settlements[i].record;
    // Sealed bytes are never the same twice: what is stored so is ours.
    statuses[i] = written ? why_not(wanted.id, &wanted, true) : written.error();
  }
}

// The answer to a deletion of several does not tell which of them were there, so that is asked
// before.
void Tasks::remove_ended(std::span<const Settlement> settlements, const Settlements& which,
                         std::vector<Status>& statuses)
{
  const auto fail = [&](const Error& error) {
    for (const auto i : which) statuses[i] = error;
  };
  const auto there = revisions_of(settlements, which);
  if (!there) return fail(there.error());
  Settlements ours;
  Array deletions;
  for (const auto i : which) {
    const auto& record = settlements[i].reservation->record;
    const auto found = there->find(record.id);
    if (found == there->end()) {
      statuses[i] = no_such_task(record.id);
    } else if (found->second != record.revision) {
      statuses[i] = task_has_changed(record.id);
    } else {
      ours.push_back(i);
      deletions.push_back(deletion_of(as_read(record)));
    }
  }
  const auto written = link_.remove(tasks_, std::move(deletions));
  if (!written) return fail(written.error());
  if (written->count == ours.size()) return;
  const auto left = revisions_of(settlements, ours);
  if (!left) return fail(left.error());
  for (const auto i : ours) {
    const auto& id = settlements[i].reservation->record.id;
    if (left->contains(id)) statuses[i] = task_has_changed(id);
  }
}

Result<std::map<std::string, std::int64_t>> Tasks::revisions_of(
    std::span<const Settlement> settlements, const Settlements& which)
{
  std::vector<std::string> ids;
  for (const auto i : which) ids.push_back(settlements[i].reservation->record.id);
  return mongo::revisions_of(link_, tasks_, ids);
}

}  // namespace asyncz::stores::mongo
