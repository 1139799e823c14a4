// SPDX-License-Identifier: MIT
// What store.hpp promises to many threads and handles at the same time.
#include "stores/conformance/trial.hpp"

#include <array>
#include <atomic>
#include <iterator>
#include <map>
#include <thread>

namespace asyncz::stores::conformance {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> work_off(Trial& trial, std::size_t at_a_time)
{
  std::vector<std::string> mine;
  auto& store = trial.open();
  for (;;) {
    auto reservations = trial.value(store.reserve_due(demand_at(trial.noon, at_a_time)),
                                    "reserve_due answers in a crowd");
    if (reservations.empty()) return mine;
    for (auto& reservation : reservations) {
      mine.push_back(reservation.record.id);
      trial.succeeds(settle_one(store, reservation, std::nullopt), "what is held can be settled");
    }
    if (trial.problem()) return mine;
  }
}

void each_runs_once(Trial& trial)
{
  constexpr std::size_t tasks = 200;
  std::vector<Record> records;
  for (std::size_t i = 0; i < tasks; ++i) {
    records.push_back(record_of("t" + std::to_string(i), trial.noon));
  }
  for (const auto& status : trial.open().add_tasks(records)) {
    trial.succeeds(status, "a record can be added");
  }
  std::array<std::vector<std::string>, 4> taken;
  std::vector<std::thread> threads;
  for (auto& mine : taken) threads.emplace_back([&] { mine = work_off(trial, 3); });
  for (auto& thread : threads) thread.join();

  std::map<std::string, int> runs;
  for (const auto& mine : taken) {
    for (const auto& id : mine) ++runs[id];
  }
  trial.holds(runs.size() == tasks, "every task is given to one of four workers");
  for (const auto& [id, count] : runs) trial.holds(count == 1, "none is given twice");
}

// One store object as a worker's threads use it: one reserves, one records, one settles.
class Lanes {
 public:
  Lanes(Trial& trial, std::size_t tasks) : trial_{trial}, store_{trial.open()}, tasks_{tasks} {}

  void run()
  {
    for (std::size_t i = 0; i < tasks_; ++i) {
      trial_.succeeds(store_.add_task(record_of(std::to_string(i), trial_.noon)), "it is added");
    }
    std::thread claim{[&] { reserve(); }};
    std::thread journal{[&] { record(); }};
    settle();
    claim.join();
    journal.join();
    trial_.holds(all_ids(trial_, store_).empty(), "all are settled");
    static_cast<void>(store_.remove_note(NoteKind::worker, "w"));
  }

 private:
  [[nodiscard]] bool goes_on() const { return settled_ < tasks_ && !trial_.problem(); }

  void hand_over(std::vector<Reservation>& from, std::vector<Reservation>& to)
  {
    const std::lock_guard lock{mutex_};
    std::move(from.begin(), from.end(), std::back_inserter(to));
    from.clear();
  }

  void reserve()
  {
    while (goes_on()) {
      auto reserved =
          trial_.value(store_.reserve_due(demand_at(trial_.noon, 4)), "reserve_due answers");
      trial_.value(store_.next_moment(demand_at(trial_.noon)), "next_moment answers");
      trial_.value(store_.changes(), "changes answers");
      hand_over(reserved, running_);
    }
  }

  void record()
  {
    while (goes_on()) {
      std::vector<Reservation> mine;
      hand_over(running_, mine);
      for (const auto& reservation : mine) {
        const auto& record = reservation.record;
        trial_.succeeds(store_.record_run(run_of(7, record.fence, trial_.noon)),
                        "runs are recorded");
        trial_.value(store_.find_run(7, record.fence, record.worker), "recorded runs are found");
      }
      hand_over(mine, ended_);
    }
  }

  void settle()
  {
    while (goes_on()) {
      std::vector<Reservation> mine;
      hand_over(ended_, mine);
      std::vector<Settlement> settlements;
      for (auto& reservation : mine) settlements.push_back({&reservation, std::nullopt});
      for (const auto& status : store_.settle(settlements)) {
        trial_.succeeds(status, "what is held can be settled");
        ++settled_;
      }
      trial_.succeeds(
          store_.put_note({.kind = NoteKind::worker, .name = "w", .expires = trial_.noon + 48h}),
          "a worker can put its note again");
    }
  }

  Trial& trial_;
  Store& store_;
  const std::size_t tasks_;
  std::mutex mutex_;
  std::vector<Reservation> running_;
  std::vector<Reservation> ended_;
  std::atomic<std::size_t> settled_ = 0;
};

void lanes(Trial& trial) { Lanes{trial, 60}.run(); }

constexpr std::array checks{
    Check{Group::reservations, "many workers run each task once", each_runs_once},
    Check{Group::reservations, "a worker's threads may use one object at the same time", lanes},
};

}  // namespace

std::span<const Check> crowd_checks() { return checks; }

}  // namespace asyncz::stores::conformance
