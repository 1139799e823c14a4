// SPDX-License-Identifier: MIT
// What the history says of a task that has just been reserved: that the run it is reserved for has
// ended already, or that an old copy of its record was put back.
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "task/lifecycle.hpp"
#include "vault/vault.hpp"

#include <algorithm>
#include <utility>

namespace asyncz {
namespace {

// How many interrupted reservations are looked for in the history. More than that in a row are
// given up anyway (most_interruptions in task/lifecycle.hpp).
constexpr std::uint64_t most_looked_for = 8;

// By so much the clocks of hosts may differ, or one may have been set, at the most.
constexpr Duration clock_margin = std::chrono::minutes{10};

// The task whose history a run of this one is part of.
std::string_view history_of(std::string_view id) { return parent_of_instance(id).value_or(id); }

constexpr std::string_view refusal = "an old copy of the task was put back; it was not run";

}  // namespace

Result<std::optional<Run>> Vault::end_before(const Reserved& reserved)
{
  auto later = later_run(reserved);
  if (!later) return later.error();
  if (later->evidence || settled_.is_older(reserved.stored)) {
    return refused(reserved, later->evidence);
  }
  auto end = recorded_end(reserved);
  return end && !*end ? Result{std::move(later->ended)} : end;
}

// By its next fence such a copy would look like one whose worker has died. Where the history does
// not hold a run of a later revision yet, it is told that there is one.
Error Vault::refused(const Reserved& reserved, const std::optional<Run>& evidence)
{
  const auto& task = reserved.stored;
  if (!evidence || evidence->revision <= task.progress.revision) {
    auto run = run_of(task, {task.progress.due.value_or(Instant{}), task.progress.attempt});
    run.state = RunState::lost;
    run.reason = refusal;
    run.end = clock_.now();
    ++run.revision;
    static_cast<void>(record_run(run));  // where it fails, the copy is looked at again all the same
  }
  return {ErrorKind::corrupt,
          "task " + printable(task.task.id) + ": an old copy of it was put back" +
              (evidence ? "; the history holds run " + evidence->id() : ""),
          "remove it, or add it anew if it is to run"};
}

// The end of an interrupted reservation, where the history holds it. Asked only when there was one.
Result<std::optional<Run>> Vault::recorded_end(const Reserved& reserved)
{
  const auto fence = reserved.reservation.record.fence;
  const auto interrupted = unsettled(reserved.reservation.record, reserved.stored) - 1;
  for (std::uint64_t back = 1; back <= std::min(interrupted, most_looked_for); ++back) {
    auto run = recorded_end(reserved, fence - back);
    if (!run || *run) return run;
  }
  return std::optional<Run>{};
}

Result<std::optional<Run>> Vault::recorded_end(const Reserved& reserved, std::uint64_t fence)
{
  const auto task = history_of(reserved.stored.task.id);
  const auto tags = envelope_.tags_of(task);
  if (!tags) return tags.error();
  for (const auto tag : *tags) {
    const auto record = store_.find_run(tag, fence, reserved.reservation.previous_worker);
    if (!record && record.error().kind == ErrorKind::unavailable) return record.error();
    if (!record) continue;
    const auto run = opened_or_reported(*record);
    if (run && run->task == task && run->fence == fence) return run;
  }
  return std::optional<Run>{};
}

// An old copy of a record is as genuine as it was then, but the history holds what followed from
// it. Where that followed from a later revision, the copy is old for certain. Where it followed
// from this very revision, under a fence that is given only now, it is old as well, or the host
// failed before the fence was on its disk: then the run that has ended is given.
Result<Vault::Later> Vault::later_run(const Reserved& reserved)
{
  const auto& task = reserved.stored;
  const auto& progress = task.progress;
  const auto tags = envelope_.tags_of(history_of(task.task.id));
  if (!tags) return tags.error();
  RunQuery query{.since = {}, .above_fence = progress.settled_fence};
  if (task.task.max_instances > 1) {  // whose runs are all filed under it
    query.since = saturated_sum(std::min(progress.moment, clock_.now()), -clock_margin);
  }
  Later later;
  const auto look_at = [&](Run run, const RunRecord& record) {
    const bool given_now = run.fence >= reserved.reservation.record.fence;
    const bool host_failed = run.end.value_or(record.recorded) < clock_.host_started();
    const bool from_this = run.revision == progress.revision;
    if (run.revision > progress.revision || (from_this && given_now && !host_failed)) {
      const bool is_better = !later.evidence || later.evidence->revision < run.revision;
      if (is_better) later.evidence = std::move(run);
    } else if (given_now && record.part == 0) {
      later.ended = std::move(run);
    }
  };
  for (const auto tag : *tags) {
    query.task_tag = tag;
    const auto status = store_.runs(query, [&](const Result<RunRecord>& record) {
      if (!record || record->fence <= progress.settled_fence) return true;
      auto run = opened_or_reported(*record);
      if (run && run->created == progress.created) look_at(*std::move(run), *record);
      return true;
    });
    if (!status && status.error().kind == ErrorKind::unavailable) return status.error();
  }
  return later;
}

// One that does not verify says nothing, and hides nothing. Each is reported once.
std::optional<Run> Vault::opened_or_reported(const RunRecord& record)
{
  auto run = opened(record);
  if (run) return *std::move(run);
  const bool is_new = forged_.emplace(record.task_tag, record.fence).second;
  if (is_new && reports_) reports_("history", run.error());
  return std::nullopt;
}

}  // namespace asyncz
