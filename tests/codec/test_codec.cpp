// SPDX-License-Identifier: MIT
#include "codec/run_codec.hpp"
#include "codec/task_codec.hpp"
#include "samples.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;
using namespace asyncz::samples;

namespace {

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

TEST_CASE("a task may have all the input that it is allowed")
{
  StoredTask task;
  task.task.stdin_data = std::string(largest_stdin, '\0');
  const auto decoded = decode_task(encode(task));
  REQUIRE(decoded);
  CHECK(decoded->task.stdin_data.size() == largest_stdin);
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
  const WorkerInfo worker{"w", "h", 1, "0.1.0", 2, {"mail:3"}, {"backup.5"}, instant_of(1), true};
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
  check_strict(encode(full_stored_task()), decode_task);
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
