// SPDX-License-Identifier: MIT
// The layout of every record: which field has which tag, in ascending order. Written and read by
// the same lines, and told in words in asyncz-record(5). A tag is never used again for another
// field; a change that an older asyncz would misread is a new `record_version`.
#pragma once

#include "task/run.hpp"
#include "task/stored_task.hpp"
#include "task/worker_info.hpp"

#include <cstdint>

namespace asyncz {

inline constexpr std::uint8_t record_version = 1;

// The first byte of a record.
enum class RecordType : std::uint8_t { task = 1, run = 2, worker = 3, queue_pause = 4 };

// Calls field(tag, name, pointer to member) for each member.
template <class T>
struct Layout;

template <>
struct Layout<Trigger> {
  static void each(auto&& field)
  {
    field(1, "kind", &Trigger::kind);
    field(2, "at", &Trigger::at);
    field(3, "every", &Trigger::every);
    field(4, "expression", &Trigger::expression);
    field(5, "children", &Trigger::children);
    field(6, "start", &Trigger::start);
    field(7, "end", &Trigger::end);
    field(8, "dst_gap", &Trigger::dst_gap);
    field(9, "dst_fold", &Trigger::dst_fold);
  }
};

template <>
struct Layout<Dependency> {
  static void each(auto&& field)
  {
    field(1, "id", &Dependency::id);
    field(2, "any_end", &Dependency::any_end);
    field(3, "met", &Dependency::met);
  }
};

template <>
struct Layout<ResourceLimit> {
  static void each(auto&& field)
  {
    field(1, "name", &ResourceLimit::name);
    field(2, "value", &ResourceLimit::value);
  }
};

template <>
struct Layout<Task> {
  static void each(auto&& field)
  {
    field(1, "id", &Task::id);
    field(2, "name", &Task::name);
    field(3, "argv", &Task::argv);
    field(4, "shell", &Task::shell);
    field(5, "trigger", &Task::trigger);
    field(6, "timezone", &Task::timezone);
    field(7, "queue", &Task::queue);
    field(8, "priority", &Task::priority);
    field(9, "coalesce", &Task::coalesce);
    field(10, "misfire_grace_time", &Task::misfire_grace_time);
    field(11, "max_instances", &Task::max_instances);
    field(12, "overlap", &Task::overlap);
    field(13, "jitter", &Task::jitter);
    field(14, "after", &Task::after);
    field(15, "retries", &Task::retries);
    field(16, "retry_delay", &Task::retry_delay);
    field(17, "retry_backoff", &Task::retry_backoff);
    field(18, "retry_max_delay", &Task::retry_max_delay);
    field(19, "timeout", &Task::timeout);
    field(20, "kill_grace", &Task::kill_grace);
    field(21, "success_exit_codes", &Task::success_exit_codes);
    field(22, "delivery", &Task::delivery);
    field(23, "cwd", &Task::cwd);
    field(24, "umask", &Task::umask);
    field(25, "env_captured", &Task::env_captured);
    field(26, "env", &Task::env);
    field(27, "unset_env", &Task::unset_env);
    field(28, "user", &Task::user);
    field(29, "nice", &Task::nice);
    field(30, "rlimit", &Task::rlimit);
    field(31, "stdin_data", &Task::stdin_data);
    field(32, "output", &Task::output);
    field(33, "output_limit", &Task::output_limit);
    field(34, "on_success", &Task::on_success);
    field(35, "on_failure", &Task::on_failure);
    field(36, "on_end", &Task::on_end);
    field(37, "tags", &Task::tags);
    field(38, "paused", &Task::paused);
  }
};

template <>
struct Layout<LastRun> {
  static void each(auto&& field)
  {
    field(1, "fence", &LastRun::fence);
    field(2, "state", &LastRun::state);
    field(3, "scheduled", &LastRun::scheduled);
    field(4, "attempt", &LastRun::attempt);
    field(5, "start", &LastRun::start);
    field(6, "end", &LastRun::end);
    field(7, "exit_status", &LastRun::exit_status);
    field(8, "signal", &LastRun::signal);
  }
};

template <>
struct Layout<BootMark> {
  static void each(auto&& field)
  {
    field(1, "machine_id", &BootMark::machine_id);
    field(2, "boot_id", &BootMark::boot_id);
  }
};

template <>
struct Layout<Progress> {
  static void each(auto&& field)
  {
    field(1, "created", &Progress::created);
    field(2, "revision", &Progress::revision);
    field(3, "settled_fence", &Progress::settled_fence);
    field(4, "due", &Progress::due);
    field(5, "moment", &Progress::moment);
    field(6, "attempt", &Progress::attempt);
    field(7, "last_run", &Progress::last_run);
    field(8, "instances", &Progress::instances);
    field(9, "waiters", &Progress::waiters);
    field(10, "boots", &Progress::boots);
    field(11, "cancel_fence", &Progress::cancel_fence);
    field(12, "remove_after_run", &Progress::remove_after_run);
    field(13, "paused_by", &Progress::paused_by);
    field(14, "paused_since", &Progress::paused_since);
    field(15, "zone_rules", &Progress::zone_rules);
  }
};

template <>
struct Layout<StoredTask> {
  static void each(auto&& field)
  {
    field(1, "task", &StoredTask::task);
    field(2, "progress", &StoredTask::progress);
  }
};

template <>
struct Layout<Run::Stretch> {
  static void each(auto&& field)
  {
    field(1, "first", &Run::Stretch::first);
    field(2, "last", &Run::Stretch::last);
    field(3, "count", &Run::Stretch::count);
  }
};

template <>
struct Layout<Run> {
  static void each(auto&& field)
  {
    field(1, "task", &Run::task);
    field(2, "fence", &Run::fence);
    field(3, "name", &Run::name);
    field(4, "queue", &Run::queue);
    field(5, "state", &Run::state);
    field(6, "reason", &Run::reason);
    field(7, "scheduled", &Run::scheduled);
    field(8, "attempt", &Run::attempt);
    field(9, "start", &Run::start);
    field(10, "end", &Run::end);
    field(11, "exit_status", &Run::exit_status);
    field(12, "signal", &Run::signal);
    field(13, "worker", &Run::worker);
    field(14, "host", &Run::host);
    field(15, "cpu", &Run::cpu);
    field(16, "max_memory", &Run::max_memory);
    field(17, "output", &Run::output);
    field(18, "stretch", &Run::stretch);
    field(19, "task_record", &Run::task_record);
    field(20, "created", &Run::created);
    field(21, "revision", &Run::revision);
  }
};

template <>
struct Layout<WorkerInfo> {
  static void each(auto&& field)
  {
    field(1, "name", &WorkerInfo::name);
    field(2, "host", &WorkerInfo::host);
    field(3, "pid", &WorkerInfo::pid);
    field(4, "version", &WorkerInfo::version);
    field(5, "concurrency", &WorkerInfo::concurrency);
    field(6, "queues", &WorkerInfo::queues);
    field(7, "running", &WorkerInfo::running);
    field(8, "since", &WorkerInfo::since);
    field(9, "trouble", &WorkerInfo::trouble);
  }
};

template <>
struct Layout<QueuePause> {
  static void each(auto&& field)
  {
    field(1, "queue", &QueuePause::queue);
    field(2, "by", &QueuePause::by);
    field(3, "since", &QueuePause::since);
  }
};

// What a field is that a record leaves out.
template <class T>
const T& defaults()
{
  static const T value{};
  return value;
}

// The largest enumerator of each enumeration that records hold; all below it are used.
template <class E>
inline constexpr E last_enumerator = E{};
template <>
inline constexpr auto last_enumerator<TriggerKind> = TriggerKind::all;
template <>
inline constexpr auto last_enumerator<DstGap> = DstGap::skip;
template <>
inline constexpr auto last_enumerator<DstFold> = DstFold::both;
template <>
inline constexpr auto last_enumerator<Overlap> = Overlap::replace;
template <>
inline constexpr auto last_enumerator<Delivery> = Delivery::at_most_once;
template <>
inline constexpr auto last_enumerator<OutputMode> = OutputMode::discard;
template <>
inline constexpr auto last_enumerator<RunState> = RunState::lost;

}  // namespace asyncz
