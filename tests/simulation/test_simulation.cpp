// SPDX-License-Identifier: MIT
// Many workers on one store in virtual time, which crash, come back, stand still and disagree about
// the time, by chance that a seed repeats: whatever happens, what a worker promises holds.
//
//   ASYNCZ_SIMULATION_SEED=N    the chance to repeat
//   ASYNCZ_SIMULATION_HOURS=N   how long, in virtual hours
#include "base/task_id.hpp"
#include "stores/registry.hpp"
#include "task/lifecycle.hpp"
#include "vault/vault.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace asyncz;
using namespace std::chrono_literals;

namespace {

constexpr Instant beginning = instant_of(1'800'000'000'000'000);
constexpr Duration lease = 30s;
constexpr Duration most_skew = 500ms;
constexpr std::size_t workers = 20;
constexpr std::size_t slots = 3;
constexpr double pause = 0.002;  // the chance of one, each second

long number_from(const char* variable, long otherwise)
{
  const char* text = std::getenv(variable);
  return text != nullptr ? std::atol(text) : otherwise;
}

class NoKeys final : public KeySource {
 public:
  Result<std::shared_ptr<const Keyring>> load() override
  {
    return std::shared_ptr<const Keyring>{};
  }
};

// The common time, as one worker's clock shows it.
class SkewedClock final : public Clock {
 public:
  SkewedClock(const Instant& common, Duration skew) : common_{common}, skew_{skew} {}
  [[nodiscard]] Instant now() const override { return common_ + skew_; }

 private:
  const Instant& common_;
  Duration skew_;
};

struct Active {
  Reserved reserved;
  StoredTask begun;
  Run run;
  Instant ends;
};

struct SimulatedWorker {
  std::unique_ptr<SkewedClock> clock;
  std::unique_ptr<Vault> vault;
  std::size_t number = 0;
  bool alive = true;
  Instant wakes;  // stands still until then
  std::vector<Active> active;
};

// Due times of which the history tells: that a run was for them, that they were missed or skipped.
struct Times {
  std::set<Instant> ran;
  std::set<Instant> passed;
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : chance_{seed}
  {
    store_ = *stores::open_store({.url = "memory:", .create = true});
    for (std::size_t i = 0; i < workers; ++i) {
      SimulatedWorker worker;
      worker.number = i;
      worker.clock = std::make_unique<SkewedClock>(now_, between(-most_skew, most_skew));
      worker.vault = std::make_unique<Vault>(*store_, keys_, *worker.clock,
                                             [](std::string_view, const Error&) {});
      REQUIRE(worker.vault->unlock(true));
      workers_.push_back(std::move(worker));
    }
  }

  void add_tasks(int one_shots, int recurring, Duration within)
  {
    for (int i = 0; i < one_shots; ++i) {
      StoredTask stored = a_task("once" + std::to_string(i));
      stored.task.trigger = {.kind = TriggerKind::date, .at = now_ + between(0s, within)};
      add(std::move(stored));
    }
    for (int i = 0; i < recurring; ++i) {
      StoredTask stored = a_task("often" + std::to_string(i));
      stored.task.coalesce = happens(0.5);
      stored.task.overlap = happens(0.5) ? Overlap::skip : Overlap::queue;
      if (happens(0.3)) stored.task.max_instances = 2;
      if (happens(0.3)) stored.task.misfire_grace_time = between(20s, 60s);
      stored.task.trigger = {.kind = TriggerKind::interval,
                             .every = between(20s, 300s),
                             .start = now_ + between(0s, 60s)};
      add(std::move(stored));
    }
  }

  // Lets this much time pass; workers crash with this probability each second.
  void pass(Duration length, double crash)
  {
    const Instant end = now_ + length;
    while (now_ < end) {
      now_ += between(1ms, 2s);
      std::shuffle(workers_.begin(), workers_.end(), chance_);
      for (auto& worker : workers_) {
        if (!worker.alive) {
          worker.alive = happens(0.05) || crash == 0;
        } else if (now_ >= worker.wakes) {
          live(worker, crash);
          if (happens(pause)) stand_still(worker);
        }
      }
    }
  }

  void check_end()
  {
    std::map<std::string, Times> told;  // by task
    REQUIRE(workers_[0].vault->runs({}, {}, [&](Result<Run> run) {
      REQUIRE(run);
      account(*run, told[run->task]);
      return true;
    }));
    for (const auto& task : tasks_) {
      const auto& id = task.first;
      const auto& stored = task.second;
      CAPTURE(id);
      const auto left = workers_[0].vault->get(id);
      if (!stored.task.recurring()) {
        CHECK(told.contains(id));
        CHECK((!left || left->task.paused));  // paused: it had killed its worker too often
      } else {
        REQUIRE(left);
        CHECK(left->progress.moment < now_ + 10min);
        check_times(*left, told[id]);
      }
    }
    MESSAGE(starts_.size() << " starts, " << crashes_ << " crashes, " << pauses_ << " pauses, "
                           << again_ << " ended runs settled after a crash");
    CHECK(crashes_ > 0);
    CHECK(pauses_ > 0);
  }

 private:
  Duration between(Duration least, Duration most)
  {
    return Duration{
        std::uniform_int_distribution<std::int64_t>{least.count(), most.count()}(chance_)};
  }
  bool happens(double probability) { return std::bernoulli_distribution{probability}(chance_); }
  Random random()
  {
    return [this] { return std::uniform_real_distribution<double>{}(chance_); };
  }

  StoredTask a_task(const std::string& id)
  {
    StoredTask stored;
    stored.task.id = stored.task.name = id;
    stored.task.argv = {"true"};
    stored.task.retries = happens(0.3) ? 2 : 0;
    stored.task.jitter = happens(0.2) ? 5s : 0s;
    stored.task.delivery = happens(0.3) ? Delivery::at_most_once : Delivery::at_least_once;
    stored.progress.created = now_;
    return stored;
  }

  void add(StoredTask stored)
  {
    REQUIRE(plan(stored, now_, random()));
    REQUIRE(workers_[0].vault->add({&stored, 1}).front());
    tasks_.emplace(stored.task.id, stored);
  }

  // What a worker does in one turn of its loop.
  void live(SimulatedWorker& worker, double crash)
  {
    prolong(worker);
    const auto ids = under_way(worker);
    std::vector<Active> still;
    for (auto& active : std::exchange(worker.active, {})) {
      if (active.ends > worker.clock->now()) {
        still.push_back(std::move(active));
      } else if (!end(worker, active, crash)) {
        return die(worker, ids);
      }
    }
    worker.active = std::move(still);
    if (happens(crash)) return die(worker, ids);
    Demand demand;
    demand.now = worker.clock->now();
    demand.limit = slots - worker.active.size();
    demand.lease = lease;
    if (demand.limit == 0) return;
    auto reserved = worker.vault->reserve_due(demand);
    REQUIRE(reserved);
    for (auto& one : *reserved) {
      if (!start(worker, std::move(one), crash)) return die(worker, under_way(worker));
    }
  }

  static std::vector<std::string> under_way(const SimulatedWorker& worker)
  {
    std::vector<std::string> ids;
    for (const auto& active : worker.active) ids.push_back(active.reserved.stored.task.id);
    return ids;
  }

  void stand_still(SimulatedWorker& worker)
  {
    ++pauses_;
    worker.wakes = now_ + between(1s, 3 * lease);
    still_.insert(worker.number);
  }

  // What it has lost while it stood still it can no longer answer for.
  void prolong(SimulatedWorker& worker)
  {
    const bool stood_still = still_.erase(worker.number) > 0;
    std::vector<Reservation*> reservations;
    for (auto& active : worker.active) reservations.push_back(&active.reserved.reservation);
    const auto statuses = store_->extend(reservations, worker.clock->now() + lease);
    std::vector<Active> held;
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      if (statuses[i]) {
        held.push_back(std::move(worker.active[i]));
      } else {
        CHECK(stood_still);
        no_longer_runs(worker, worker.active[i].reserved.stored.task.id);
      }
    }
    worker.active = std::move(held);
  }

  void no_longer_runs(const SimulatedWorker& worker, const std::string& id)
  {
    const auto found = running_.find(id);
    if (found != running_.end() && found->second == worker.number) running_.erase(found);
  }

  void die(SimulatedWorker& worker, const std::vector<std::string>& ids)
  {
    ++crashes_;
    worker.alive = false;
    for (const auto& id : ids) no_longer_runs(worker, id);
    worker.active.clear();
  }

  // False: the worker crashed before it settled what is not to be run.
  bool start(SimulatedWorker& worker, Reserved reserved, double crash)
  {
    const auto& id = reserved.stored.task.id;
    if (reserved.ended_before && reserved.ended_before->state != RunState::lost) {
      ++again_;
      settle(worker, reserved, *reserved.ended_before, reserved.stored);
      return true;
    }
    const auto exists = [&](std::string_view task) { return bool{worker.vault->get(task)}; };
    const auto was_added = [&](std::string_view instance, Instant due) {
      return worker.vault->was_added(instance, due);
    };
    auto begun = begin(reserved.stored, {worker.clock->now(), {}, exists, was_added}, random());
    REQUIRE(begun);
    for (const auto& run : begun->records) REQUIRE(worker.vault->record_run(run));
    if (begun->instance) add_instance(worker, *begun->instance);
    if (!begun->start) {
      // What comes after a crash between a record and its settlement cannot tell that no run began.
      if (begun->records.empty() && happens(crash)) return false;
      const Outcome outcome{&reserved, begun->stored};
      REQUIRE(worker.vault->settle({&outcome, 1}).front());
      return true;
    }
    const auto running = running_.find(id);
    CHECK_MESSAGE((running == running_.end() || still_.contains(running->second)),
                  id << " runs twice at the same time");
    running_[id] = worker.number;
    const auto key = std::tuple{id, begun->start->scheduled, begun->start->attempt};
    CHECK_MESSAGE(starts_.insert(key).second, id << " runs twice for the same time and attempt");
    if (reserved.stored.task.delivery == Delivery::at_most_once) {
      CHECK_MESSAGE((begun->start->attempt == 1 || reserved.stored.progress.attempt > 1),
                    id << " was interrupted and runs again");
    }
    auto run = run_of(reserved.stored, *begun->start);
    run.start = worker.clock->now();
    worker.active.push_back({std::move(reserved), *begun->stored, run, *run.start + length()});
    return true;
  }

  static void add_instance(SimulatedWorker& worker, StoredTask instance)
  {
    const auto status = worker.vault->add({&instance, 1}).front();
    CHECK_MESSAGE(status, (status ? "" : status.error().what));
  }

  Duration length() { return happens(0.05) ? between(30s, 200s) : between(1ms, 5s); }

  // False: the worker crashed between the run's end and its settlement.
  bool end(SimulatedWorker& worker, Active& active, double crash)
  {
    auto& run = active.run;
    no_longer_runs(worker, active.reserved.stored.task.id);
    run.end = worker.clock->now();
    run.state = happens(0.2) ? RunState::failed : RunState::succeeded;
    if (happens(crash)) return false;
    REQUIRE(worker.vault->record_run(run));
    if (happens(crash)) return false;
    settle(worker, active.reserved, run, active.begun);
    return true;
  }

  void settle(SimulatedWorker& worker, Reserved& reserved, const Run& run, const StoredTask& task)
  {
    const auto ending = finish(task, run, worker.clock->now(), random());
    REQUIRE(ending);
    for (const auto& record : ending->records) REQUIRE(worker.vault->record_run(record));
    const Outcome outcome{&reserved, ending->stored};
    const auto status = worker.vault->settle({&outcome, 1}).front();
    CHECK_MESSAGE(status, (status ? "" : status.error().what));
  }

  void account(const Run& run, Times& times)
  {
    const auto found = tasks_.find(run.task);
    REQUIRE(found != tasks_.end());
    if (!run.stretch) {
      times.ran.insert(run.scheduled);
      return;
    }
    const auto every = found->second.task.trigger.every;
    for (auto at = run.stretch->first; at <= run.stretch->last; at += every) {
      times.passed.insert(at);
      if (every == Duration{0}) break;
    }
  }

  // No time ran of which the history says that it did not; and without coalescing none disappears
  // without a word.
  static void check_times(const StoredTask& left, const Times& times)
  {
    const auto& trigger = left.task.trigger;
    const auto& instances = left.progress.instances;  // which may have no word yet
    for (auto at = *trigger.start; at < *left.progress.due; at += trigger.every) {
      const bool told = times.ran.contains(at) || times.passed.contains(at);
      CHECK_FALSE_MESSAGE((times.ran.contains(at) && times.passed.contains(at)),
                          us_of(at) << " ran and did not");
      const auto instance = instance_id(left.task.id, us_of(at));
      const bool may_run = std::ranges::find(instances, instance) != instances.end();
      if (!left.task.coalesce)
        CHECK_MESSAGE((told || may_run), "nothing is known of " << us_of(at));
    }
  }

  std::mt19937_64 chance_;
  Instant now_ = beginning;
  NoKeys keys_;
  std::unique_ptr<Store> store_;
  std::vector<SimulatedWorker> workers_;
  std::map<std::string, StoredTask> tasks_;
  std::map<std::string, std::size_t> running_;  // on which worker
  std::set<std::size_t> still_;                 // the workers that stand still
  std::set<std::tuple<std::string, Instant, std::int32_t>> starts_;
  std::size_t crashes_ = 0;
  std::size_t pauses_ = 0;
  std::size_t again_ = 0;
};

}  // namespace

TEST_CASE("whatever workers suffer, no task is lost, none runs beside itself, none more than once")
{
  const auto seed = static_cast<std::uint64_t>(
      number_from("ASYNCZ_SIMULATION_SEED", static_cast<long>(std::random_device{}())));
  MESSAGE("ASYNCZ_SIMULATION_SEED=" << seed);
  const auto time = std::chrono::hours{number_from("ASYNCZ_SIMULATION_HOURS", 1)};
  Simulation simulation{seed};
  simulation.add_tasks(300, 40, time);
  simulation.pass(time, 0.01);
  simulation.pass(30min, 0);  // all that is open comes to its end
  simulation.check_end();
}
