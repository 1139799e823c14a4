// SPDX-License-Identifier: MIT
// What store.hpp promises of reservations.
#include "stores/conformance/trial.hpp"
#include "time/clock.hpp"

#include <algorithm>
#include <array>

namespace asyncz::stores::conformance {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

void raises_fence_and_revision(Trial& trial)
{
  auto& store = trial.open();
  const auto record = record_of("a", trial.noon);
  trial.succeeds(store.add_task(record), "a record can be added");
  const auto reservation = reserve_one(trial, store, trial.noon);
  trial.holds(reservation.record.fence == record.fence + 1, "the fence is one more");
  trial.holds(reservation.record.revision == record.revision + 1, "the revision is one more");
  trial.holds(reservation.record.sealed == record.sealed, "the sealed bytes are the same");
  trial.holds(trial.value(trial.open().lookup_task("a"), "it is found") == reservation.record,
              "that is what is stored");
}

void nobody_elses(Trial& trial)
{
  const auto noon = trial.noon;
  auto& one = trial.open();
  auto& two = trial.open();
  trial.succeeds(one.add_task(record_of("a", noon)), "a record can be added");
  auto reservation = reserve_one(trial, one, noon);
  trial.holds(count_due(trial, two, noon + 1s) == 0, "nobody else gets it");
  trial.holds(count_due(trial, one, noon + 1s) == 0, "it is not given twice");

  auto next = settled(reservation, noon + 1h);
  trial.succeeds(settle_one(one, reservation, next), "it can be settled");
  const auto found = trial.value(two.lookup_task("a"), "it is found");
  next.worker = found.worker;  // the store's own affair
  trial.holds(found == next, "what was settled is stored");
  trial.holds(count_due(trial, two, noon + 1h - 1us) == 0, "it is not due before its moment");
  trial.holds(reserve_one(trial, two, noon + 1h).record.fence == next.fence + 1,
              "its fence goes on rising");
}

void last_run_removes(Trial& trial)
{
  auto& store = trial.open();
  trial.succeeds(store.add_task(record_of("a", trial.noon)), "a record can be added");
  auto reservation = reserve_one(trial, store, trial.noon);
  trial.succeeds(settle_one(store, reservation, std::nullopt), "it can be settled by its removal");
  trial.fails(store.lookup_task("a"), ErrorKind::not_found, "it is gone");
  trial.fails(settle_one(store, reservation, std::nullopt), ErrorKind::not_found,
              "it cannot be settled twice");
}

void edits_keep_it(Trial& trial)
{
  const auto noon = trial.noon;
  auto& store = trial.open();
  auto& user = trial.open();
  trial.succeeds(store.add_task(record_of("a", noon)), "a record can be added");
  auto reservation = reserve_one(trial, store, noon);
  const auto edit = edited(reservation.record, "edited");
  trial.succeeds(user.update_task(edit), "somebody can edit it");
  Reservation* const held = &reservation;
  trial.succeeds(store.extend({&held, 1}, noon + 1min).front(), "it can be prolonged all the same");
  trial.holds(reservation.edited, "the edit is told");
  trial.fails(settle_one(store, reservation, settled(reservation, noon + 1h)), ErrorKind::conflict,
              "settling what was edited is a conflict");

  const auto again = trial.value(store.lookup_task("a"), "it is found");
  trial.holds(again.sealed == edit.sealed, "the edit stays");
  trial.holds(again.fence == reservation.record.fence, "the reservation stays");
  trial.holds(count_due(trial, user, noon + 1s) == 0, "nobody else gets it");
  reservation.record = again;
  trial.succeeds(settle_one(store, reservation, settled(reservation, noon + 1h)),
                 "it can be settled from the edited record");
}

void removed_meanwhile(Trial& trial)
{
  auto& store = trial.open();
  trial.succeeds(store.add_task(record_of("a", trial.noon)), "a record can be added");
  auto reservation = reserve_one(trial, store, trial.noon);
  trial.succeeds(trial.open().delete_task("a", reservation.record.revision),
                 "it can be removed while it is reserved");
  trial.fails(settle_one(store, reservation, settled(reservation, trial.noon + 1h)),
              ErrorKind::not_found, "there is nothing to settle then");
  trial.holds(all_ids(trial, store).empty(), "it does not come back");
}

void each_has_a_status(Trial& trial)
{
  auto& store = trial.open();
  for (int i = 0; i < 12; ++i) {
    trial.succeeds(store.add_task(record_of("t" + std::to_string(i), trial.noon)), "it is added");
  }
  auto reservations =
      trial.value(store.reserve_due(demand_at(trial.noon, 12)), "reserve_due answers");
  trial.holds(reservations.size() == 12, "twelve can be reserved at once");
  if (reservations.size() != 12) return;
  trial.succeeds(store.update_task(edited(reservations[5].record, "edited")), "one is edited");

  std::vector<Settlement> settlements;
  for (std::size_t i = 0; i < reservations.size(); ++i) {
    auto& reservation = reservations[i];
    settlements.push_back(
        {&reservation,
         i % 2 == 0 ? std::nullopt : std::optional{settled(reservation, trial.noon + 1h)}});
  }
  const auto statuses = store.settle(settlements);
  trial.holds(statuses.size() == 12, "there is a status for each");
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    trial.holds(bool{statuses[i]} == (i != 5), "all but the edited one are settled");
  }
  trial.holds(all_ids(trial, store).size() == 6, "what was to go is gone, and the rest is there");
}

void reserved_by_id(Trial& trial)
{
  const auto noon = trial.noon;
  auto& store = trial.open();
  trial.succeeds(store.add_task(record_of("a", never)), "a record can be added");
  trial.fails(store.reserve("b", demand_at(noon)), ErrorKind::not_found, "an unknown id is told");
  trial.holds(!trial.value(store.holder("a", noon), "holder answers").held, "nobody holds it");
  auto reservation = trial.value(store.reserve("a", demand_at(noon)), "it is reserved");
  trial.holds(reservation.record.fence == record_of("a", never).fence + 1, "its fence is one more");
  trial.holds(trial.value(trial.open().holder("a", noon), "").held, "others see that it is held");
  trial.fails(trial.open().reserve("a", demand_at(noon)), ErrorKind::conflict,
              "others cannot reserve it as well");
  trial.succeeds(settle_one(store, reservation, settled(reservation, never)), "it is settled");
  trial.holds(!trial.value(store.holder("a", noon), "").held, "nobody holds it any more");
  trial.value(store.reserve("a", demand_at(noon)), "it can be reserved again");
}

void ignored_until_it_changes(Trial& trial)
{
  const auto noon = trial.noon;
  const auto later = noon + 1h;
  auto& store = trial.open();
  trial.succeeds(store.add_task(record_of("bad", noon)), "a record can be added");
  store.ignore(reserve_one(trial, store, noon));
  trial.holds(count_due(trial, store, later) == 0, "what is ignored is not given again");
  trial.holds(trial.value(store.next_moment(demand_at(later)), "") == never,
              "what is ignored has no next moment");

  trial.succeeds(store.add_task(record_of("good", noon)), "another can be added");
  trial.value(store.changes(), "changes answers");
  trial.holds(ids_of(trial.value(store.reserve_due(demand_at(later, 5)), "")) == Ids{"good"},
              "the other is given");
  auto mended = edited(trial.value(store.lookup_task("bad"), "it is found"), "mended");
  mended.moment = noon;
  trial.succeeds(store.update_task(mended), "it can be mended");
  trial.value(store.changes(), "changes answers");
  trial.holds(count_due(trial, store, later) == 1, "what was mended is given again");
}

void extended_ones_last(Trial& trial)
{
  const auto noon = trial.noon;
  auto& store = trial.open();
  trial.succeeds(store.add_task(record_of("a", noon)), "a record can be added");
  auto reservation = reserve_one(trial, store, noon);
  Reservation* const held = &reservation;
  trial.succeeds(store.extend({&held, 1}, noon + 10min).front(), "it can be prolonged");
  trial.holds(!reservation.edited, "nobody has edited it");
  trial.holds(count_due(trial, trial.open(), noon + 10min - 1us) == 0, "it is held so long");
  trial.succeeds(settle_one(store, reservation, settled(reservation, noon + 1h)),
                 "it can be settled after that");
}

// A store may count leases by a clock of its own, so this one is waited for.
void ended_leases_are_fenced_off(Trial& trial)
{
  if (!trial.traits.leases) return;
  constexpr Duration patience = 20s;
  auto& one = trial.open();
  auto& two = trial.open();
  const auto start = system_clock().now();
  trial.succeeds(one.add_task(record_of("a", start - 1min)), "a record can be added");
  auto demand = demand_at(start);
  demand.lease = 200ms;
  auto stale = trial.value(one.reserve("a", demand), "it is reserved");

  std::vector<Reservation> taken;
  auto now = start;
  while (taken.empty() && now < start + patience && !trial.problem()) {
    now = system_clock().now();
    taken = trial.value(two.reserve_due(demand_at(now)), "reserve_due answers");
  }
  trial.holds(!taken.empty(), "a task whose lease has ended is given to another");
  if (taken.empty()) return;
  trial.holds(now >= start + demand.lease - 100ms, "it is not given before");
  auto& fresh = taken.front();
  trial.holds(fresh.record.fence == stale.record.fence + 1, "its fence is one more");

  Reservation* const held = &stale;
  trial.fails(one.extend({&held, 1}, now + 1h).front(), ErrorKind::conflict,
              "who lost it cannot prolong it");
  if (trial.traits.shares_history) {
    trial.fails(one.record_run(run_of(7, stale.record.fence, now), &stale), ErrorKind::conflict,
                "who lost it cannot record its run");
  }
  trial.fails(settle_one(one, stale, std::nullopt), ErrorKind::conflict,
              "who lost it cannot remove it");
  trial.fails(settle_one(one, stale, settled(stale, now)), ErrorKind::conflict,
              "who lost it cannot settle it");
  trial.succeeds(two.record_run(run_of(7, fresh.record.fence, now), &fresh),
                 "who has it can record its run");
  trial.succeeds(settle_one(two, fresh, std::nullopt), "who has it can settle it");
}

constexpr std::array checks{
    Check{Group::reservations,
          "a reservation raises fence and revision and leaves the sealed bytes",
          raises_fence_and_revision},
    Check{Group::reservations, "what is reserved is nobody else's until it is settled",
          nobody_elses},
    Check{Group::reservations, "a run that was the last removes its task", last_run_removes},
    Check{Group::reservations, "settlements in one call have each their own status",
          each_has_a_status},
    Check{Group::reservations, "one task can be reserved by its id, whatever its moment",
          reserved_by_id},
    Check{Group::reservations, "what is ignored is not handed out again until it changes",
          ignored_until_it_changes},
    Check{Group::fencing, "an edit during a run keeps the reservation", edits_keep_it},
    Check{Group::fencing, "a task that is removed during its run is settled as lost",
          removed_meanwhile},
    Check{Group::fencing, "a lease that is extended lasts", extended_ones_last},
    Check{Group::fencing,
          "a lease that ended is the next worker's, and the one before can no longer settle",
          ended_leases_are_fenced_off},
};

}  // namespace

std::span<const Check> reservation_checks() { return checks; }

}  // namespace asyncz::stores::conformance
