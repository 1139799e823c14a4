// SPDX-License-Identifier: MIT
// Records in which every field differs from its default; tests/vectors/make_vectors.py has the
// same.
#pragma once

#include "task/run.hpp"
#include "task/stored_task.hpp"

#include <limits>
#include <string>

namespace asyncz::samples {

inline constexpr auto smallest = std::numeric_limits<std::int64_t>::min();

inline Trigger full_trigger()
{
  Trigger date;
  date.at = instant_of(-1);
  Trigger interval;
  interval.kind = TriggerKind::interval;
  interval.every = std::chrono::hours{1};
  interval.start = instant_of(0);
  interval.end = instant_of(smallest);
  Trigger cron;
  cron.kind = TriggerKind::cron;
  cron.expression = "30 2 * * *";
  cron.dst_gap = DstGap::skip;
  cron.dst_fold = DstFold::both;
  Trigger any;
  any.kind = TriggerKind::any;
  any.children = {date, interval, cron};
  return any;
}

// Every member differs from its default.
inline Task full_task()
{
  Task task;
  task.id = "backup";
  task.name = "täglich";
  task.argv = {"tar", "", std::string("\0\xFF", 2)};
  task.shell = true;
  task.trigger = full_trigger();
  task.timezone = "Europe/Berlin";
  task.queue = "mail";
  task.priority = -9;
  task.coalesce = false;
  task.misfire_grace_time = Duration{0};
  task.max_instances = 10000;
  task.overlap = Overlap::replace;
  task.jitter = Duration{1};
  task.after = {{"a", true, false}, {"b", false, true}, {}};
  task.retries = 1000000;
  task.retry_delay = Duration{-5};
  task.retry_backoff = 1.5;
  task.retry_max_delay = Duration::max();
  task.timeout = Duration{7};
  task.kill_grace = Duration{0};
  task.success_exit_codes = {};
  task.delivery = Delivery::at_most_once;
  task.cwd = "/srv";
  task.umask = 077;
  task.env_captured = true;
  task.env = {{"", "empty"}, {"A", "1"}, {"B", ""}};
  task.unset_env = {"C"};
  task.user = "nobody";
  task.nice = -20;
  task.rlimit = {{"nofile", std::numeric_limits<std::uint64_t>::max()}, {"cpu", 0}};
  task.stdin_data = std::string("in\0put", 6);
  task.output = OutputMode::discard;
  task.output_limit = 0;
  task.on_success = "";
  task.on_failure = "mail root";
  task.on_end = "true";
  task.tags = {"x", "y"};
  task.paused = true;
  return task;
}

inline StoredTask full_stored_task()
{
  StoredTask stored;
  stored.task = full_task();
  auto& progress = stored.progress;
  progress.created = instant_of(1);
  progress.revision = std::numeric_limits<std::int64_t>::max();
  progress.settled_fence = std::numeric_limits<std::uint64_t>::max();
  progress.due = instant_of(0);
  progress.moment = instant_of(smallest);
  progress.attempt = 3;
  progress.last_run =
      LastRun{1, RunState::lost, instant_of(2), 2, instant_of(3), instant_of(4), 0, 9};
  progress.instances = {"backup@1"};
  progress.waiters = {"after-backup"};
  progress.boots = {{"machine", "boot"}, {}};
  progress.cancel_fence = 127;
  progress.remove_after_run = true;
  progress.paused_by = "root@host";
  progress.paused_since = instant_of(128);
  progress.zone_rules = 1;
  return stored;
}

inline Run full_run()
{
  Run run;
  run.task = "backup";
  run.fence = 5;
  run.name = "tar";
  run.queue = "mail";
  run.state = RunState::timed_out;
  run.reason = "too slow";
  run.scheduled = instant_of(1);
  run.attempt = 2;
  run.start = instant_of(2);
  run.end = instant_of(3);
  run.exit_status = 0;
  run.signal = 15;
  run.worker = "host-1";
  run.host = "host";
  run.cpu = Duration{4};
  run.max_memory = 5;
  run.output = "done\n";
  run.stretch = Run::Stretch{instant_of(6), instant_of(7), 0};
  run.task_record = "record";
  run.created = instant_of(8);
  run.revision = 9;
  return run;
}

}  // namespace asyncz::samples
