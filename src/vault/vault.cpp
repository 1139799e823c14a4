// SPDX-License-Identifier: MIT
// Tasks in a store seen through its key: added, read, changed, removed, found by prefix.
#include "vault/vault.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "codec/task_codec.hpp"

#include <algorithm>
#include <utility>

namespace asyncz {
namespace {

constexpr std::size_t shortest_prefix = 4;
constexpr std::size_t most_ids = 20'000;  // more of them are ambiguous anyhow
constexpr std::size_t named_candidates = 5;
constexpr int most_tries = 1'000;

// Whether an edit changed more than what every stored task may have: a pause must not fail because
// this host lacks the task's time zone.
bool needs_validation(const StoredTask& before, const StoredTask& after)
{
  auto same_pause = before.task;
  same_pause.paused = after.task.paused;
  return same_pause != after.task;
}

// Instances are listed with their task, so they make no prefix ambiguous while it is there.
void drop_instances(std::vector<std::string>& ids, std::string_view prefix)
{
  if (prefix.find('@') != std::string_view::npos) return;
  const auto is_task = [](const std::string& id) { return !parent_of_instance(id); };
  if (std::any_of(ids.begin(), ids.end(), is_task)) std::erase_if(ids, std::not_fn(is_task));
}

Error ambiguous(std::string_view prefix, std::vector<std::string> ids)
{
  std::sort(ids.begin(), ids.end());
  const auto more = ids.size() > named_candidates ? ", …" : "";
  ids.resize(std::min(ids.size(), named_candidates));
  for (auto& id : ids) id = printable(id);
  return {ErrorKind::not_found,
          "'" + printable(prefix) + "' begins several ids: " + joined(ids, ", ") + more,
          "give more of the id"};
}

}  // namespace

Vault::Vault(Store& store, KeySource& keys, const Clock& clock,
             std::function<void(std::string_view id, const Error&)> reports)
    : store_{store}, envelope_{keys}, clock_{clock}, reports_{std::move(reports)}
{
}

Result<Record> Vault::record_of(const StoredTask& task, Nonces& nonces) const
{
  Record record;
  record.id = task.task.id;
  record.moment = sealed_moment(task);
  record.queue = clear_queue(task.task);
  record.priority = task.task.priority;
  record.revision = task.revision;
  record.fence = task.fence;
  record.worker = task.worker;
  auto sealed = envelope_.seal(SealKind::task, record.id, encode(task), nonces);
  if (!sealed) return sealed.error();
  record.sealed = std::move(*sealed);
  return record;
}

Result<StoredTask> Vault::verified(const Record& record)
{
  const auto about = [&](const Error& error) { return error.in("task " + printable(record.id)); };
  const auto plain = envelope_.open(SealKind::task, record.id, record.sealed);
  if (!plain) return about(plain.error());
  auto task = decode_task(*plain);
  if (!task) return about(task.error());
  if (auto status = check_clear_fields(record, *task); !status) return about(status.error());
  task->revision = record.revision;
  task->fence = record.fence;
  task->worker = record.worker;
  return task;
}

std::vector<Status> Vault::add(std::span<StoredTask> tasks)
{
  const auto now = us_of(clock_.now());
  Nonces nonces{tasks.size()};
  std::vector<Status> statuses(tasks.size());
  std::vector<Record> records;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    auto& task = tasks[i];
    task.revision = task.progress.revision = now;
    task.fence = task.progress.settled_fence = static_cast<std::uint64_t>(now);
    if (task.progress.created == Instant{}) task.progress.created = instant_of(now);
    statuses[i] = validate(task.task);
    if (!statuses[i]) continue;
    auto record = record_of(task, nonces);
    if (!record) {
      statuses[i] = record.error();
      continue;
    }
    records.push_back(std::move(*record));
    places.push_back(i);
  }
  auto added = store_.add_tasks(records);
  for (std::size_t i = 0; i < places.size(); ++i) statuses[places[i]] = std::move(added[i]);
  return statuses;
}

Result<Record> Vault::look_up(std::string_view id)
{
  auto record = store_.lookup_task(id);
  if (record && record->id != id) {
    return Error{ErrorKind::corrupt,
                 "asked for task " + printable(id) + ", the store gave " + printable(record->id),
                 {}};
  }
  return record;
}

Result<StoredTask> Vault::get(std::string_view id)
{
  const auto record = look_up(id);
  if (!record) return record.error();
  return verified(*record);
}

Result<StoredTask> Vault::update(std::string_view id,
                                 const std::function<Status(StoredTask&)>& change,
                                 std::optional<std::int64_t> revision)
{
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto record = look_up(id);
    if (!record) return record.error();
    const auto before = verified(*record);
    if (!before) return before.error();
    if (revision && *revision != before->revision) break;

    auto task = *before;
    if (auto status = change(task); !status) return status.error();
    if (needs_validation(*before, task)) {
      if (auto status = validate(task.task); !status) return status.error();
    }
    auto written = rewrite(*record, task);
    if (written) return task;
    if (written.error().kind != ErrorKind::conflict) return written.error();
  }
  return Error{ErrorKind::conflict, "task " + printable(id) + " has changed meanwhile",
               "look at it again: asyncz show " + shell_quoted(id)};
}

Status Vault::rewrite(const Record& before, StoredTask& task)
{
  task.task.id = before.id;
  task.fence = before.fence;
  task.worker = before.worker;
  task.revision = task.progress.revision = before.revision + 1;
  Nonces nonces;
  auto record = record_of(task, nonces);
  if (!record) return record.error();
  // No edit may free a task that somebody runs, or that is to be taken over.
  if (unsettled(*record, task) > 0) record->moment = before.moment;
  return store_.update_task(*record);
}

Status Vault::remove(const StoredTask& task)
{
  return store_.delete_task(task.task.id, task.revision);
}

Status Vault::each(const Visit& visit)
{
  return store_.get_all_tasks([&](std::string_view id, Result<Record> record) {
    return visit(id, record ? verified(*record) : record.error());
  });
}

Result<std::string> Vault::resolve(std::string_view text)
{
  if (auto status = check_stored_id(text); !status) {
    return Error{ErrorKind::not_found, status.error().what, {}};
  }
  const auto exact = store_.lookup_task(text);
  if (exact || exact.error().kind == ErrorKind::corrupt) return std::string{text};
  if (exact.error().kind != ErrorKind::not_found) return exact.error();
  if (text.size() < shortest_prefix) return exact.error();
  auto ids = store_.ids_with_prefix(text, most_ids);
  if (!ids) return ids.error();
  drop_instances(*ids, text);
  if (ids->empty()) return exact.error();
  if (ids->size() > 1) return ambiguous(text, std::move(*ids));
  return std::move(ids->front());
}

}  // namespace asyncz
