// SPDX-License-Identifier: MIT
// A vault's content in another one: tasks, history and pauses, sealed under the other's key.
#include "vault/vault.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace asyncz {
namespace {

// Runs come newest first and are to be appended oldest first, so many at a time.
constexpr std::size_t runs_at_once = 20'000;

}  // namespace

std::vector<Result<Vault::Copied>> Vault::add_copies(std::span<const StoredTask> tasks)
{
  Nonces nonces{tasks.size()};
  std::vector<Result<Copied>> results(tasks.size(), Copied::now);
  std::vector<Record> records;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    auto record = record_of(tasks[i], nonces);
    if (!record) {
      results[i] = record.error();
      continue;
    }
    records.push_back(std::move(*record));
    places.push_back(i);
  }
  const auto added = store_.add_tasks(records);
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto& result = results[places[i]];
    if (!added[i]) result = added[i].error();
    if (result || result.error().kind != ErrorKind::conflict) continue;
    result = renew_copy(tasks[places[i]], records[i]);
  }
  return results;
}

// There is a task of this id: the same, or a copy of what it was before.
Result<Vault::Copied> Vault::renew_copy(const StoredTask& task, const Record& record)
{
  const auto there = get(task.task.id);
  if (!there) return there.error();
  if (there->revision == task.revision && there->task == task.task) return Copied::before;
  const bool older =
      there->progress.created == task.progress.created && there->revision < task.revision;
  if (!older) {
    return Error{ErrorKind::conflict, "there is another task " + task.task.id + " already",
                 "rename or remove one of them"};
  }
  if (auto removed = store_.delete_task(record.id, there->revision); !removed) {
    return removed.error();
  }
  if (auto added = store_.add_task(record); !added) return added.error();
  return Copied::now;
}

Status Vault::copy_history(Vault& from, const std::function<void()>& copied)
{
  using Name = std::tuple<std::uint64_t, std::uint64_t, std::uint8_t>;
  std::set<Name> present;
  const auto name_of = [](const RunRecord& run) { return Name{run.task_tag, run.fence, run.part}; };
  const auto listed = store_.runs({}, [&](const Result<RunRecord>& run) {
    if (run) present.insert(name_of(*run));
    return true;
  });
  if (!listed) return listed;
  std::vector<Instant> times;
  const auto counted = from.store_.runs({}, [&](const Result<RunRecord>& run) {
    if (run) times.push_back(run->recorded);
    return true;
  });
  if (!counted) return counted;

  std::reverse(times.begin(), times.end());
  for (std::size_t begin = 0; begin < times.size();) {
    auto end = std::min(begin + runs_at_once, times.size());
    while (end < times.size() && times[end] == times[end - 1]) ++end;
    const auto until = end < times.size() ? times[end] : never;
    std::vector<RunRecord> runs;
    const auto read = from.store_.runs({.since = times[begin]}, [&](Result<RunRecord> run) {
      if (run && run->recorded < until) runs.push_back(*std::move(run));
      return true;
    });
    if (!read) return read;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
      auto copy = resealed(from, *run);
      if (!copy && reports_) reports_("history", copy.error());
      if (!copy || !present.insert(name_of(*copy)).second) continue;
      if (auto recorded = store_.record_run(*copy); !recorded) return recorded;
      copied();
    }
    begin = end;
  }
  static_cast<void>(store_.settle({}));  // makes durable what was recorded
  return {};
}

Result<RunRecord> Vault::resealed(Vault& from, const RunRecord& record)
{
  const auto run = from.opened(record);
  if (!run) return run.error();
  return sealed_run(*run, record.recorded);
}

}  // namespace asyncz
