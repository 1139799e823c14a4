// SPDX-License-Identifier: MIT
// What a vault keeps beside the tasks: the history, finished logs, workers, paused queues.
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "codec/run_codec.hpp"
#include "vault/vault.hpp"

#include <set>
#include <tuple>
#include <utility>

namespace asyncz {
namespace {

constexpr auto farthest_clock = std::chrono::hours{1};  // of the machines that write one history

// Beside the run itself a reservation may find a stretch of missed and one of skipped times.
std::uint8_t part_of(RunState state)
{
  switch (state) {
    case RunState::missed:
      return 1;
    case RunState::skipped:
      return 2;
    case RunState::running:
    case RunState::succeeded:
    case RunState::failed:
    case RunState::timed_out:
    case RunState::cancelled:
    case RunState::lost:
      return 0;
  }
  return 0;
}

// What a run is sealed as: its tag, fence and part.
std::string seal_id(const RunRecord& record)
{
  return hex_text(record.task_tag) + "." + std::to_string(record.fence) + "." +
         std::to_string(record.part);
}

}  // namespace

Status Vault::record_run(const Run& run, const Reservation* of)
{
  const auto record = sealed_run(run, run.end ? *run.end : clock_.now());
  if (!record) return record.error();
  const std::lock_guard lock{recording_};
  return store_.record_run(*record, of);
}

Result<RunRecord> Vault::sealed_run(const Run& run, Instant recorded) const
{
  const auto tag = envelope_.tag_of(run.task);
  if (!tag) return tag.error();
  RunRecord record;
  record.task_tag = *tag;
  record.fence = run.fence;
  record.part = part_of(run.state);
  record.recorded = recorded;
  auto sealed = envelope_.seal(SealKind::run, seal_id(record), encode(run));
  if (!sealed) return sealed.error();
  record.sealed = std::move(*sealed);
  return record;
}

Result<Run> Vault::opened(const RunRecord& record)
{
  const auto about = [&](const Error& error) { return error.in("run " + seal_id(record)); };
  const auto plain = envelope_.open(SealKind::run, seal_id(record), record.sealed);
  if (!plain) return about(plain.error());
  auto run = decode_run(*plain);
  if (!run) return about(run.error());
  const bool fits = run->fence == record.fence && part_of(run->state) == record.part &&
                    envelope_.is_tag_of(record.task_tag, run->task, record.sealed);
  if (!fits) {
    return about({ErrorKind::corrupt, "its clear part does not agree with what is sealed", {}});
  }
  return run;
}

Status Vault::runs(std::optional<std::string_view> task, std::optional<Instant> since,
                   const VisitRun& visit)
{
  RunQuery query;
  query.since = since;
  if (task) {
    const auto tags = envelope_.tags_of(*task);
    if (!tags) return tags.error();
    // Under several keys a task has several tags; then all runs are looked through.
    if (tags->size() == 1) query.task_tag = tags->front();
  }
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::uint8_t>> visited;
  return store_.runs(query, [&](Result<RunRecord> record) {
    if (!record) return visit(record.error());
    if (!visited.emplace(record->task_tag, record->fence, record->part).second) return true;
    auto run = opened(*record);
    if (run && task && run->task != *task) return true;
    return visit(std::move(run));
  });
}

// It leaves the store only when the history has its run, so that is asked last.
Result<bool> Vault::was_added(std::string_view instance, Instant due)
{
  const auto stored = store_.lookup_task(instance);
  if (stored) return true;
  if (stored.error().kind != ErrorKind::not_found) return stored.error();
  bool ran = false;
  const auto since = saturated_sum(due, -farthest_clock);
  const auto status = runs(parent_of_instance(instance), since, [&](const Result<Run>& run) {
    ran = run && run->scheduled == due && !run->stretch;
    return !ran;
  });
  if (!status) return status.error();
  return ran;
}

Result<Bytes> Vault::seal_log(std::string_view run_id, ByteView log)
{
  return envelope_.seal(SealKind::log, run_id, log);
}

Result<Bytes> Vault::open_log(std::string_view run_id, ByteView sealed)
{
  const auto plain = envelope_.open(SealKind::log, run_id, sealed);
  if (!plain) return plain.error().in("log of run " + printable(run_id));
  return plain;
}

Status Vault::announce(const WorkerInfo& worker, Instant expires)
{
  auto sealed = envelope_.seal(SealKind::worker, worker.name, encode(worker));
  if (!sealed) return sealed.error();
  return store_.put_note({NoteKind::worker, worker.name, expires, std::move(*sealed)});
}

Status Vault::withdraw(std::string_view worker)
{
  return store_.remove_note(NoteKind::worker, worker);
}

Status Vault::pause_queue(const QueuePause& pause)
{
  auto sealed = envelope_.seal(SealKind::note, pause.queue, encode(pause));
  if (!sealed) return sealed.error();
  return store_.put_note({NoteKind::queue, pause.queue, std::nullopt, std::move(*sealed)});
}

Status Vault::resume_queue(std::string_view queue)
{
  return store_.remove_note(NoteKind::queue, queue);
}

// One that does not verify is reported and left out: a forged note must not stop anybody.
template <class T>
Result<std::vector<T>> Vault::opened_notes(const NoteFormat<T>& format)
{
  const auto notes = store_.notes(format.kind);
  if (!notes) return notes.error();
  std::vector<T> found;
  for (const auto& note : *notes) {
    const auto plain = envelope_.open(format.seal_kind, note.name, note.content);
    auto content = plain ? format.decode(*plain) : plain.error();
    if (content && (*content).*format.name != note.name) {
      content = Error{ErrorKind::corrupt, "it is not what its name says", {}};
    }
    if (content) {
      found.push_back(std::move(*content));
    } else if (reports_) {
      reports_(note.name, content.error().in("note " + printable(note.name)));
    }
  }
  return found;
}

Result<std::vector<WorkerInfo>> Vault::workers()
{
  return opened_notes<WorkerInfo>(
      {NoteKind::worker, SealKind::worker, decode_worker, &WorkerInfo::name});
}

Result<std::vector<QueuePause>> Vault::paused_queues()
{
  return opened_notes<QueuePause>(
      {NoteKind::queue, SealKind::note, decode_queue_pause, &QueuePause::queue});
}

}  // namespace asyncz
