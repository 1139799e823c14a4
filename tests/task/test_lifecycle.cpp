// SPDX-License-Identifier: MIT
#include "task/lifecycle.hpp"

#include "base/task_id.hpp"
#include "tests/fakes/manual_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace asyncz;
using namespace std::chrono_literals;

namespace {

constexpr Instant noon = std::chrono::sys_days{std::chrono::year{2027} / 3 / 10} + 12h;

// A task's life as a worker leads it, with time moved by hand.
class Life {
 public:
  Life()
  {
    stored.task.id = "task";
    stored.task.name = "true";
    stored.task.argv = {"true"};
    stored.fence = stored.progress.settled_fence = 100;
    every(10min);
  }

  Task& task() { return stored.task; }
  Progress& progress() { return stored.progress; }

  void every(Duration interval)
  {
    task().trigger = {.kind = TriggerKind::interval, .every = interval, .start = noon};
  }
  void once(Instant at) { task().trigger = {.kind = TriggerKind::date, .at = at}; }

  void plan_now() { REQUIRE(plan(stored, clock.now(), random())); }

  Beginning reserve()
  {
    ++stored.fence;
    const Surroundings around{clock.now(), host,
                              [&](std::string_view id) { return living.contains(std::string{id}); },
                              [&](std::string_view id, Instant) -> Result<bool> {
                                return added.contains(std::string{id});
                              }};
    auto begun = begin(stored, around, random());
    REQUIRE(begun);
    return *begun;
  }

  // Reserved, and nothing was to be run.
  Beginning settle_only()
  {
    auto begun = reserve();
    REQUIRE_FALSE(begun.start);
    settle(begun.stored);
    return begun;
  }

  // Runs for so long and ends so.
  Ending run(RunState state, Duration length = 1s)
  {
    const auto begun = reserve();
    REQUIRE(begun.start);
    auto ended = run_of(stored, *begun.start);
    ended.start = clock.now();
    clock.advance(length);
    ended.end = clock.now();
    ended.state = state;
    auto ending = finish(*begun.stored, ended, clock.now(), random());
    REQUIRE(ending);
    last_run = ended;
    settle(ending->stored);
    return *ending;
  }

  void settle(const std::optional<StoredTask>& after)
  {
    gone = !after;
    if (!after) return;
    CHECK(after->progress.settled_fence == stored.fence);
    const auto fence = stored.fence;
    stored = *after;
    stored.fence = fence;
  }

  Random random()
  {
    return [this] { return chance; };
  }

  StoredTask stored;
  fakes::ManualClock clock{noon};
  BootMark host{"machine", "boot 1"};
  std::set<std::string> living;  // instances
  std::set<std::string> added;   // that may have left
  Run last_run;
  double chance = 0;
  bool gone = false;
};

}  // namespace

// --- Planning ------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Life, "a one-shot whose time has passed is due at once")
{
  once(noon - 1h);
  plan_now();
  CHECK(progress().due == noon);
  CHECK(progress().moment == noon);
  CHECK(state_of(stored, false, noon) == TaskState::due);
}

TEST_CASE_FIXTURE(Life, "a paused task has no moment, and a schedule with nothing left is refused")
{
  task().paused = true;
  plan_now();
  CHECK(progress().moment == never);
  CHECK(state_of(stored, false, noon) == TaskState::paused);
  CHECK_FALSE(*next_run_time(stored, false, noon));

  task().trigger.end = noon - 1s;
  CHECK(plan(stored, noon, random()).error().kind == ErrorKind::usage);
}

TEST_CASE_FIXTURE(Life, "jitter delays a run and is never carried into the next due time")
{
  task().jitter = 4min;
  chance = 0.5;
  plan_now();
  CHECK(progress().moment == noon + 2min);
  CHECK(progress().due == noon);
  clock.set(noon + 2min);
  run(RunState::succeeded);
  CHECK(last_run.scheduled == noon);
  CHECK(progress().due == noon + 10min);
  CHECK(progress().moment == noon + 12min);
}

// --- Due times -----------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Life, "a recurring task runs for each due time and is planned for the next")
{
  plan_now();
  for (int i = 0; i < 3; ++i) {
    clock.set(noon + i * 10min);
    const auto ending = run(RunState::succeeded);
    CHECK(ending.final);
    CHECK(last_run.scheduled == noon + i * 10min);
    CHECK(progress().moment == noon + (i + 1) * 10min);
  }
  CHECK(progress().last_run->state == RunState::succeeded);
}

TEST_CASE_FIXTURE(Life, "a one-shot leaves the store when it has ended, with success or without")
{
  once(noon);
  plan_now();
  SUBCASE("success") { run(RunState::succeeded); }
  SUBCASE("failure") { run(RunState::failed); }
  CHECK(gone);
}

TEST_CASE_FIXTURE(Life, "several missed times become one run, the latest, however many they were")
{
  every(1s);
  plan_now();
  clock.set(noon + 24h * 365 + 500ms);
  run(RunState::succeeded, 100ms);
  CHECK(last_run.scheduled == noon + 24h * 365);
  CHECK(progress().due == noon + 24h * 365 + 1s);
}

TEST_CASE_FIXTURE(Life, "without coalescing each missed time is run, oldest first")
{
  task().coalesce = false;
  plan_now();
  clock.set(noon + 25min);
  for (int i = 0; i < 3; ++i) {
    CHECK(progress().moment <= clock.now());
    run(RunState::succeeded);
    CHECK(last_run.scheduled == noon + i * 10min);
  }
  CHECK(progress().moment == noon + 30min);
}

TEST_CASE_FIXTURE(Life, "what is later than the grace time is recorded as missed, in one stretch")
{
  task().misfire_grace_time = 5min;
  plan_now();
  SUBCASE("and the due time within it runs")
  {
    clock.set(noon + 32min);
    const auto begun = settle_only();
    REQUIRE(begun.records.size() == 1);
    const auto& missed = begun.records[0];
    CHECK(missed.state == RunState::missed);
    CHECK(missed.stretch == Run::Stretch{noon, noon + 20min, 3});
    CHECK(missed.id() == "task.101.missed");
    CHECK(reserve().start->scheduled == noon + 30min);
  }
  SUBCASE("and where none is within it, the next is waited for")
  {
    clock.set(noon + 36min);
    const auto begun = settle_only();
    CHECK(begun.records[0].stretch->last == noon + 30min);
    CHECK(progress().moment == noon + 40min);
  }
}

TEST_CASE_FIXTURE(Life, "a one-shot later than its grace time is missed and gone")
{
  once(noon);
  task().misfire_grace_time = 1min;
  plan_now();
  clock.set(noon + 2min);
  const auto begun = settle_only();
  CHECK(begun.records[0].state == RunState::missed);
  CHECK(gone);
}

TEST_CASE_FIXTURE(Life, "a schedule that has come to its end leaves the store after its last run")
{
  task().trigger.end = noon + 10min;
  plan_now();
  run(RunState::succeeded);
  CHECK_FALSE(gone);
  clock.set(noon + 10min);
  run(RunState::succeeded);
  CHECK(gone);
}

// --- Overlap -------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Life, "times that pass while a task runs are skipped, in one record")
{
  plan_now();
  const auto ending = run(RunState::succeeded, 25min);
  REQUIRE(ending.records.size() == 1);
  CHECK(ending.records[0].state == RunState::skipped);
  CHECK(ending.records[0].stretch == Run::Stretch{noon + 10min, noon + 20min, 2});
  CHECK(progress().moment == noon + 30min);
}

TEST_CASE_FIXTURE(Life, "with overlap queue the latest of them runs right after")
{
  task().overlap = Overlap::queue;
  plan_now();
  const auto ending = run(RunState::succeeded, 25min);
  REQUIRE(ending.records.size() == 1);
  CHECK(ending.records[0].stretch == Run::Stretch{noon + 10min, noon + 10min, 1});
  CHECK(progress().due == noon + 20min);
  run(RunState::succeeded);
  CHECK(last_run.scheduled == noon + 20min);
  CHECK(progress().moment == noon + 30min);
}

TEST_CASE_FIXTURE(Life, "with overlap replace the next due time ends a run and takes its place")
{
  task().overlap = Overlap::replace;
  plan_now();
  CHECK(*replaced_at(stored, noon, noon) == noon + 10min);
  CHECK(*replaced_at(stored, noon, noon + 25min) == noon + 30min);
  const auto ending = run(RunState::cancelled, 10min + 5s);
  CHECK(ending.records.empty());
  CHECK(progress().due == noon + 10min);
  CHECK(progress().moment <= clock.now());

  task().overlap = Overlap::skip;
  CHECK_FALSE(*replaced_at(stored, noon, noon));
  task().overlap = Overlap::replace;
  once(noon);
  CHECK_FALSE(*replaced_at(stored, noon, noon));
}

TEST_CASE_FIXTURE(Life, "with overlap replace a full task asks for the end of its oldest instance")
{
  task().overlap = Overlap::replace;
  task().max_instances = 2;
  progress().instances = {"task@1", "task@2"};
  living = {"task@1", "task@2"};
  plan_now();
  const auto full = settle_only();
  CHECK(full.replace_oldest);
  CHECK_FALSE(full.instance);
  CHECK(full.records.empty());
  CHECK(progress().due == noon);
  living.erase("task@1");
  clock.set(progress().moment);
  CHECK(settle_only().instance);
}

TEST_CASE_FIXTURE(Life, "of the times that pass while a task is full the latest waits for room")
{
  task().overlap = Overlap::queue;
  task().max_instances = 2;
  progress().instances = {"task@1", "task@2"};
  living = {"task@1", "task@2"};
  plan_now();
  CHECK(settle_only().records.empty());
  clock.set(noon + 25min);
  const auto full = settle_only();
  REQUIRE(full.records.size() == 1);
  CHECK(full.records[0].state == RunState::skipped);
  CHECK(full.records[0].stretch == Run::Stretch{noon, noon + 10min, 2});
  CHECK(progress().due == noon + 20min);
  living.clear();
  clock.set(progress().moment);
  CHECK(settle_only().instance->progress.due == noon + 20min);
}

TEST_CASE_FIXTURE(Life,
                  "a task with several instances adds one for each due time, up to its maximum")
{
  task().max_instances = 2;
  plan_now();
  for (int i = 0; i < 2; ++i) {
    const auto begun = settle_only();
    REQUIRE(begun.instance);
    CHECK(begun.instance->task.id == instance_id("task", us_of(noon + i * 10min)));
    CHECK(begun.instance->progress.moment <= clock.now());
    CHECK_FALSE(begun.instance->task.recurring());
    living.insert(begun.instance->task.id);
    clock.set(noon + (i + 1) * 10min);
    CHECK(progress().moment == clock.now());
  }
  const auto full = settle_only();
  CHECK_FALSE(full.instance);
  CHECK(full.records[0].state == RunState::skipped);
  living.clear();
  clock.set(noon + 30min);
  CHECK(settle_only().instance);
  CHECK(progress().instances.size() == 1);
}

TEST_CASE_FIXTURE(Life, "an instance that was added before a crash is not added again")
{
  task().max_instances = 2;
  plan_now();
  clock.set(noon + 25min);
  settle_only();  // so that the store knows for which time an instance is added
  const auto begun = reserve();
  REQUIRE(begun.instance);
  CHECK(begun.instance->task.trigger.at == noon + 20min);
  SUBCASE("where it was")
  {
    added.insert(begun.instance->task.id);
    clock.set(noon + 31min);
    CHECK_FALSE(settle_only().instance);
    CHECK(progress().due == noon + 30min);
  }
  SUBCASE("and is added where it was not")
  {
    CHECK(settle_only().instance->task.id == begun.instance->task.id);
    CHECK(progress().due == noon + 30min);
  }
}

TEST_CASE_FIXTURE(Life, "an instance belongs to its task's history and leaves when it has ended")
{
  auto parent = stored;
  stored = instance_of(parent, noon, noon);
  stored.fence = stored.progress.settled_fence = 5;
  run(RunState::succeeded);
  CHECK(last_run.task == "task");
  CHECK(last_run.id() == "task.6");
  CHECK(gone);
}

// --- Retries -------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Life, "a failed run is tried again with growing delays, then it has failed")
{
  once(noon);
  task().retries = 2;
  plan_now();
  auto ending = run(RunState::failed);
  CHECK_FALSE(ending.final);
  CHECK(state_of(stored, false, clock.now()) == TaskState::retrying);
  CHECK(progress().moment == clock.now() + 10s);
  CHECK(*next_run_time(stored, false, clock.now()) == progress().moment);
  clock.set(progress().moment);
  ending = run(RunState::timed_out);
  CHECK(last_run.attempt == 2);
  CHECK(progress().moment == clock.now() + 20s);
  clock.set(progress().moment);
  ending = run(RunState::failed);
  CHECK(last_run.attempt == 3);
  CHECK(ending.final);
  CHECK(gone);
}

TEST_CASE_FIXTURE(Life, "the delay grows by its factor, to its maximum, and never overflows")
{
  const auto none = [] { return 0.0; };
  CHECK(retry_delay(task(), 2, none) == 10s);
  CHECK(retry_delay(task(), 4, none) == 40s);
  CHECK(retry_delay(task(), 1'000'000, none) == 1h);
  CHECK(retry_delay(task(), 2, [] { return 0.5; }) == 10'500ms);
}

TEST_CASE_FIXTURE(Life, "a retry never delays the schedule")
{
  task().retries = 5;
  task().retry_delay = 9min;
  plan_now();
  SUBCASE("one that would come at or after the next due time is dropped")
  {
    const auto ending = run(RunState::failed, 1min);
    CHECK(ending.final);
    CHECK(progress().attempt == 1);
    CHECK(progress().moment == noon + 10min);
  }
  SUBCASE("one that was to come before it, but for a worker that was away, too")
  {
    run(RunState::failed, 30s);
    CHECK(progress().attempt == 2);
    clock.set(noon + 11min);
    const auto dropped = settle_only();
    REQUIRE(dropped.ended);
    CHECK(dropped.ended->id() == last_run.id());
    CHECK(dropped.ended->state == RunState::failed);
    CHECK(dropped.records.empty());
    CHECK(progress().moment == noon + 10min);
    run(RunState::succeeded);
    CHECK(last_run.attempt == 1);
    CHECK(last_run.scheduled == noon + 10min);
  }
  SUBCASE("whose hooks are run again where a worker died with them")
  {
    task().on_failure = "true";
    run(RunState::failed, 30s);
    clock.set(noon + 11min);
    CHECK_FALSE(settle_only().ended);  // so that it is known by then
    CHECK(progress().moment <= clock.now());
    CHECK(reserve().ended->id() == last_run.id());
    const auto after_death = settle_only();
    REQUIRE(after_death.ended);
    CHECK(after_death.ended->id() == last_run.id());
    CHECK(after_death.records.empty());
    run(RunState::succeeded);
    CHECK(last_run.attempt == 1);
    CHECK(last_run.scheduled == noon + 10min);
  }
  SUBCASE("one before it keeps the due time that it is for")
  {
    run(RunState::failed, 30s);
    clock.set(progress().moment);
    run(RunState::succeeded);
    CHECK(last_run.scheduled == noon);
    CHECK(progress().moment == noon + 10min);
  }
}

TEST_CASE_FIXTURE(Life, "a cancelled run is not tried again")
{
  once(noon);
  task().retries = 3;
  plan_now();
  run(RunState::cancelled);
  CHECK(gone);
}

TEST_CASE_FIXTURE(Life, "a run that failed while it was being cancelled is not tried again")
{
  once(noon);
  task().retries = 3;
  plan_now();
  progress().cancel_fence = stored.fence + 1;
  run(RunState::failed);
  CHECK(gone);
}

// --- Interruptions -------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Life, "a run that a crash interrupted is run again for the same due time")
{
  task().misfire_grace_time = 1s;  // counts for the first start only
  plan_now();
  reserve();
  clock.set(noon + 5min);
  const auto again = reserve();
  CHECK(again.start->scheduled == noon);
  CHECK(again.start->attempt == 2);
  REQUIRE(again.records.size() == 1);  // so that the history says which ran again
  CHECK(again.records[0].state == RunState::lost);
  CHECK(again.records[0].fence == stored.fence - 1);
  clock.set(noon + 35min);
  CHECK(reserve().start->scheduled == noon + 30min);  // one run for all that passed
}

TEST_CASE_FIXTURE(Life, "a run that kills its worker is tried again five times, then lost")
{
  plan_now();
  for (int i = 0; i < 6; ++i) CHECK(reserve().start);
  SUBCASE("and a recurring task goes on")
  {
    const auto begun = settle_only();
    CHECK(begun.records.at(0).state == RunState::lost);
    CHECK(begun.records[0].fence == stored.fence - 1);
    CHECK(progress().due == noon + 10min);
  }
  SUBCASE("and a one-shot is paused")
  {
    once(noon);
    const auto begun = settle_only();
    CHECK(begun.records.at(0).state == RunState::lost);
    CHECK_FALSE(gone);
    CHECK(task().paused);
    CHECK(progress().moment == never);
  }
  SUBCASE("and an instance makes room for others")
  {
    once(noon);
    stored.task.id = instance_id("task", us_of(noon));
    const auto begun = settle_only();
    CHECK(begun.records.at(0).state == RunState::lost);
    CHECK(gone);
  }
}

TEST_CASE_FIXTURE(Life, "at-most-once: an interrupted run is lost, not run again")
{
  task().delivery = Delivery::at_most_once;
  SUBCASE("a recurring task goes on")
  {
    plan_now();
    reserve();
    const auto begun = settle_only();
    CHECK(begun.records.at(0).state == RunState::lost);
    CHECK(begun.records[0].scheduled == noon);
    CHECK(progress().due == noon + 10min);
  }
  SUBCASE("a one-shot is gone")
  {
    once(noon);
    plan_now();
    reserve();
    settle_only();
    CHECK(gone);
  }
}

TEST_CASE_FIXTURE(Life,
                  "at-most-once: the time that stands for those that passed is lost alone, once")
{
  task().delivery = Delivery::at_most_once;
  plan_now();
  clock.set(noon + 25min);
  settle_only();  // so that the store knows for which time a run began
  SUBCASE("its worker dies before others have passed")
  {
    CHECK(reserve().start->scheduled == noon + 20min);
    CHECK(settle_only().records.at(0).scheduled == noon + 20min);
    CHECK(progress().due == noon + 30min);
  }
  SUBCASE("its worker dies, and others pass meanwhile")
  {
    CHECK(reserve().start->scheduled == noon + 20min);
    clock.set(noon + 55min);
    CHECK(settle_only().records.at(0).scheduled == noon + 20min);
    settle_only();
    CHECK(reserve().start->scheduled == noon + 50min);
  }
  SUBCASE("it begins although another one has passed by then: a store may be slow")
  {
    clock.set(noon + 31min);
    CHECK(reserve().start->scheduled == noon + 20min);
  }
}

TEST_CASE_FIXTURE(Life, "a time that was recorded as missed is not run after an interruption")
{
  task().misfire_grace_time = 5min;
  SUBCASE("coalesced")
  {
    plan_now();
    clock.set(noon + 22min);
  }
  SUBCASE("one by one")
  {
    task().coalesce = false;
    plan_now();
    clock.set(noon + 22min);
  }
  const auto missed = settle_only();
  REQUIRE(missed.records.size() == 1);
  CHECK(missed.records[0].stretch->last == noon + 10min);
  CHECK(reserve().start->scheduled == noon + 20min);
  const auto again = reserve();
  CHECK(again.start->scheduled == noon + 20min);
  CHECK(again.start->attempt == 2);
}

TEST_CASE_FIXTURE(Life, "what was to be cancelled or removed when its worker died is not run again")
{
  plan_now();
  reserve();
  SUBCASE("cancelled")
  {
    progress().cancel_fence = stored.fence;
    CHECK(settle_only().records.at(0).state == RunState::cancelled);
    CHECK(progress().due == noon + 10min);
  }
  SUBCASE("cancelled, and it may have stood for those that passed")
  {
    progress().cancel_fence = stored.fence;
    clock.set(noon + 25min);
    CHECK(settle_only().records.at(0).state == RunState::cancelled);
    CHECK(progress().due == noon + 30min);
  }
  SUBCASE("removed")
  {
    progress().remove_after_run = true;
    CHECK(settle_only().records.at(0).state == RunState::lost);
    CHECK(gone);
  }
}

TEST_CASE_FIXTURE(Life, "a run that was ended because its worker stops is due again at once")
{
  once(noon);
  plan_now();
  const auto begun = reserve();
  auto ended = run_of(stored, *begun.start);
  ended.state = RunState::lost;
  ended.start = ended.end = noon;
  SUBCASE("at least once")
  {
    const auto ending = put_back(*begun.stored, ended, noon, random());
    settle(ending->stored);
    CHECK_FALSE(gone);
    CHECK(progress().moment == noon);
    CHECK(reserve().start->attempt == 1);
  }
  SUBCASE("at most once it is lost")
  {
    auto once_only = *begun.stored;
    once_only.task.delivery = Delivery::at_most_once;
    CHECK_FALSE(put_back(once_only, ended, noon, random())->stored);
    ended.start.reset();  // unless it had not even begun
    CHECK(put_back(once_only, ended, noon, random())->stored);
  }
}

TEST_CASE_FIXTURE(Life, "what was missed before a run that could not begin is recorded once")
{
  plan_now();
  task().coalesce = false;
  task().misfire_grace_time = 15min;
  clock.advance(35min);
  CHECK(settle_only().records.size() == 1);
  const auto begun = reserve();
  CHECK(begun.start->scheduled == noon + 20min);
  settle(put_back(*begun.stored, run_of(stored, *begun.start), clock.now(), random())->stored);
  const auto again = reserve();
  CHECK(again.records.empty());
  CHECK(again.start->scheduled == noon + 20min);
}

// --- Edits while a run goes on -------------------------------------------------------------------

TEST_CASE_FIXTURE(Life, "an edit while a run goes on counts from the next run")
{
  plan_now();
  const auto begun = reserve();
  auto ended = run_of(stored, *begun.start);
  ended.start = noon;
  clock.advance(1min);
  ended.end = clock.now();
  ended.state = RunState::succeeded;
  auto edited = stored;
  SUBCASE("another schedule")
  {
    edited.task.trigger = {.kind = TriggerKind::interval, .every = 1h, .start = noon + 30min};
    REQUIRE(plan(edited, clock.now(), random()));
    const auto ending = finish(edited, ended, clock.now(), random());
    CHECK(ending->stored->progress.moment == noon + 30min);
  }
  SUBCASE("paused")
  {
    edited.task.paused = true;
    edited.progress.moment = never;
    const auto ending = finish(edited, ended, clock.now(), random());
    CHECK(ending->stored->progress.moment == never);
  }
  SUBCASE("removed")
  {
    edited.progress.remove_after_run = true;
    CHECK_FALSE(finish(edited, ended, clock.now(), random())->stored);
  }
}

TEST_CASE_FIXTURE(Life, "a one-shot that was given another time while it ran runs once more")
{
  once(noon);
  plan_now();
  const auto begun = reserve();
  auto ended = run_of(stored, *begun.start);
  ended.start = ended.end = noon + 1s;
  ended.state = RunState::succeeded;
  auto edited = stored;
  edited.task.trigger.at = noon + 24h;
  REQUIRE(plan(edited, noon + 1s, random()));
  const auto ending = finish(edited, ended, noon + 1s, random());
  REQUIRE(ending->stored);
  CHECK(ending->stored->progress.moment == noon + 24h);
}

// --- Boot, shutdown, zones -----------------------------------------------------------------------

TEST_CASE_FIXTURE(Life, "a boot task runs once for each boot of each host")
{
  task().trigger = {.kind = TriggerKind::boot};
  plan_now();
  CHECK(progress().moment == Instant{});
  CHECK(state_of(stored, false, noon) == TaskState::scheduled);
  run(RunState::succeeded);
  settle_only();
  host.boot_id = "boot 2";
  run(RunState::succeeded);
  settle_only();
  host = {"other machine", "boot 7"};
  run(RunState::succeeded);
  CHECK(progress().boots.size() == 2);
}

TEST_CASE_FIXTURE(Life,
                  "a due time of a fixed local hour is computed anew under changed zone rules")
{
  task().timezone = "Europe/Berlin";
  task().trigger = {.kind = TriggerKind::cron, .expression = "30 14 * * *"};
  plan_now();
  const auto right = *progress().due;
  CHECK(right == noon + 1h + 30min);
  // As if the zone had been an hour further east when this was planned.
  progress().due = progress().moment = right - 1h;
  progress().zone_rules = 1;
  clock.set(right - 1h);
  settle_only();
  CHECK(progress().due == right);
  clock.set(right);
  run(RunState::succeeded);
  CHECK(last_run.scheduled == right);
}

TEST_CASE("states have texts, and those of runs are read back")
{
  CHECK(task_state_text(TaskState::unreadable) == "unreadable");
  CHECK(task_state_text(TaskState::scheduled) == "scheduled");
  for (const auto* text :
       {"running", "succeeded", "failed", "timed-out", "cancelled", "missed", "skipped", "lost"}) {
    CHECK(run_state_text(*parse_run_state(text)) == text);
  }
}
