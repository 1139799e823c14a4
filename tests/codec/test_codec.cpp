// SPDX-License-Identifier: MIT
#include "codec/run_codec.hpp"
#include "codec/task_codec.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace asyncz;

namespace {

constexpr auto smallest = std::numeric_limits<std::int64_t>::min();

Trigger full_trigger()
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
Task full_task()
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
  task.limits = {{"nofile", std::numeric_limits<std::uint64_t>::max()}, {"cpu", 0}};
  task.stdin_data = std::string(100000, '\0');
  task.output = OutputMode::discard;
  task.output_limit = 0;
  task.on_success = "";
  task.on_failure = "mail root";
  task.on_end = "true";
  task.tags = {"x", "y"};
  task.paused = true;
  return task;
}

StoredTask full_stored_task()
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

Run full_run()
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
  run.output = std::string(kept_output, '\n');
  run.stretch = Run::Stretch{instant_of(6), instant_of(7), 0};
  run.task_record = "record";
  return run;
}

// The same text in every way that a program could misread it.
template <class Decode>
void check_strict(const Bytes& bytes, Decode decode)
{
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = decode(ByteView{bytes}.first(size));
    REQUIRE_FALSE(cut);
    REQUIRE(cut.error().kind == ErrorKind::corrupt);
  }
  auto longer = bytes;
  longer.push_back(0);
  CHECK_FALSE(decode(longer));
  auto other_type = bytes;
  other_type[0] = 9;
  CHECK_FALSE(decode(other_type));
  auto newer = bytes;
  newer[1] = 2;
  const auto refused = decode(newer);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().hint.find("newer asyncz") != std::string::npos);
}

// A task's bytes: `fields` as the fields of StoredTask::task.
Bytes task_with(std::initializer_list<std::uint8_t> fields)
{
  Bytes bytes = {1, 1, 1};
  bytes.insert(bytes.end(), fields);
  bytes.insert(bytes.end(), {0, 0});
  return bytes;
}

}  // namespace

TEST_CASE("a task comes back as it was, with nothing and with everything set")
{
  for (const auto& task : {StoredTask{}, full_stored_task()}) {
    const auto decoded = decode_task(encode(task));
    REQUIRE(decoded);
    CHECK(*decoded == task);
  }
}

TEST_CASE("the clear fields of a task are not sealed")
{
  auto task = full_stored_task();
  const auto bytes = encode(task);
  task.revision = 1;
  task.fence = 2;
  task.worker = 3;
  CHECK(encode(task) == bytes);
}

TEST_CASE("a run comes back as it was, with nothing and with everything set")
{
  for (const auto& run : {Run{}, full_run()}) {
    const auto decoded = decode_run(encode(run));
    REQUIRE(decoded);
    CHECK(*decoded == run);
  }
}

TEST_CASE("workers and paused queues come back as they were")
{
  const WorkerInfo worker{"w", "h", 1, "0.1.0", 2, {"mail:3"}, {"backup.5"}, instant_of(1)};
  const auto decoded = decode_worker(encode(worker));
  REQUIRE(decoded);
  CHECK(*decoded == worker);

  const QueuePause pause{"mail", "root@host", instant_of(1)};
  const auto pause_decoded = decode_queue_pause(encode(pause));
  REQUIRE(pause_decoded);
  CHECK(*pause_decoded == pause);
}

TEST_CASE("what is cut, longer, of another type or a newer format is refused")
{
  auto task = full_stored_task();
  task.task.stdin_data = "short";  // every length is tried
  check_strict(encode(task), decode_task);
  check_strict(encode(full_run()), decode_run);
}

TEST_CASE("each value has one encoding")
{
  CHECK(decode_task(Bytes{1, 1, 0}));
  CHECK(decode_task(task_with({1, 1, 'a', 2, 1, 'b'})));
  CHECK_FALSE(decode_task(task_with({2, 1, 'b', 1, 1, 'a'})));         // order
  CHECK_FALSE(decode_task(task_with({1, 1, 'a', 1, 1, 'a'})));         // twice
  CHECK_FALSE(decode_task(task_with({1, 1, 'a', 2, 0})));              // the default
  CHECK_FALSE(decode_task(task_with({1, 1, 'a', 99, 1})));             // an unknown tag
  CHECK_FALSE(decode_task(task_with({1, 0x81, 0x00, 'a'})));           // an overlong length
  CHECK_FALSE(decode_task(task_with({5, 1, 8, 0})));                   // an unknown trigger
  CHECK_FALSE(decode_task(task_with({26, 2, 1, 'b', 0, 1, 'a', 0})));  // keys out of order
  CHECK(decode_task(task_with({26, 2, 1, 'a', 0, 1, 'b', 0})));
}

TEST_CASE("numbers outside their field are refused")
{
  CHECK(decode_task(task_with({11, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F})));        // 2^31 - 1
  CHECK_FALSE(decode_task(task_with({11, 0x80, 0x80, 0x80, 0x80, 0x10})));  // 2^31
  CHECK_FALSE(decode_task(                                                  // 2^64
      task_with({13, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02})));
  CHECK_FALSE(decode_task(task_with({17, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F})));  // not a number
}

TEST_CASE("a count that cannot be true costs no memory")
{
  CHECK_FALSE(decode_task(task_with({3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F})));
}

TEST_CASE("triggers nested without end are refused")
{
  Bytes bytes = {1, 1, 1, 5};
  for (int i = 0; i < 100000; ++i) bytes.insert(bytes.end(), {5, 1});
  CHECK_FALSE(decode_task(bytes));
}

TEST_CASE("an ordinary task is small")
{
  StoredTask stored;
  stored.task.id = "k3v9x0ab";
  stored.task.name = "backup";
  stored.task.argv = {"backup", "/srv"};
  stored.task.trigger.kind = TriggerKind::cron;
  stored.task.trigger.expression = "30 2 * * *";
  stored.task.timezone = "Europe/Berlin";
  stored.progress.created = instant_of(1'800'000'000'000'000);
  stored.progress.due = stored.progress.moment = instant_of(1'800'000'000'000'000);
  CHECK(encode(stored).size() < 110);
}
