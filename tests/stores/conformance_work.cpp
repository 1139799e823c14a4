// SPDX-License-Identifier: MIT
// What store.hpp promises of reservations, in code. Linked with a harness for each store.
#include "stores/conformance.hpp"
#include "stores/records.hpp"
#include "stores/steps.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace asyncz;
using namespace asyncz::tests;
using namespace std::chrono_literals;

TEST_CASE("a reservation raises fence and revision and leaves the sealed bytes")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  const auto record = record_of("a");
  REQUIRE(store->add_task(record));
  const auto reservation = reserve_one(*store, noon);
  CHECK(reservation.record.fence == record.fence + 1);
  CHECK(reservation.record.revision == record.revision + 1);
  CHECK(reservation.record.sealed == record.sealed);
  CHECK(*harness->open()->lookup_task("a") == reservation.record);
}

TEST_CASE("what is reserved is nobody else's until it is settled")
{
  const auto harness = make_harness();
  const auto one = harness->open();
  const auto two = harness->open();
  REQUIRE(one->add_task(record_of("a")));
  auto reservation = reserve_one(*one, noon);
  CHECK(count_due(*two, noon + 1s) == 0);
  CHECK(count_due(*one, noon + 1s) == 0);

  const auto next = settled(reservation, noon + 1h);
  REQUIRE(settle_one(*one, reservation, next));
  CHECK(*two->lookup_task("a") == next);
  CHECK(count_due(*two, noon + 1h - 1us) == 0);
  CHECK(reserve_one(*two, noon + 1h).record.fence == next.fence + 1);
}

TEST_CASE("a run that was the last removes its task")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  auto reservation = reserve_one(*store, noon);
  REQUIRE(settle_one(*store, reservation, std::nullopt));
  CHECK(kind_of(store->lookup_task("a")) == ErrorKind::not_found);
  CHECK(kind_of(settle_one(*store, reservation, std::nullopt)) == ErrorKind::not_found);
}

TEST_CASE("an edit during a run keeps the reservation")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  const auto user = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  auto reservation = reserve_one(*store, noon);

  const auto edit = edited(reservation.record, "edited");
  REQUIRE(user->update_task(edit));
  Reservation* const held = &reservation;
  REQUIRE(store->extend({&held, 1}, noon + 1min).front());
  CHECK(reservation.edited);
  CHECK(kind_of(settle_one(*store, reservation, settled(reservation, noon + 1h))) ==
        ErrorKind::conflict);

  const auto again = store->lookup_task("a");
  REQUIRE(again);
  CHECK(again->sealed == edit.sealed);
  CHECK(again->fence == reservation.record.fence);
  CHECK(count_due(*user, noon + 1s) == 0);

  reservation.record = *again;
  CHECK(settle_one(*store, reservation, settled(reservation, noon + 1h)));
}

TEST_CASE("a task that is removed during its run is settled as lost")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  auto reservation = reserve_one(*store, noon);
  REQUIRE(harness->open()->delete_task("a", reservation.record.revision));
  CHECK(kind_of(settle_one(*store, reservation, settled(reservation, noon + 1h))) ==
        ErrorKind::not_found);
  CHECK(all_ids(*store).empty());
}

TEST_CASE("settlements in one call have each their own status")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  for (int i = 0; i < 12; ++i) REQUIRE(store->add_task(record_of("t" + std::to_string(i))));
  auto reservations = store->reserve_due(demand_at(noon, 12));
  REQUIRE(reservations);
  REQUIRE(reservations->size() == 12);
  auto& changed = (*reservations)[5];
  REQUIRE(store->update_task(edited(changed.record, "edited")));

  std::vector<Settlement> settlements;
  for (std::size_t i = 0; i < reservations->size(); ++i) {
    auto& reservation = (*reservations)[i];
    settlements.push_back(
        {&reservation, i % 2 == 0 ? std::nullopt : std::optional{settled(reservation, noon + 1h)}});
  }
  const auto statuses = store->settle(settlements);
  REQUIRE(statuses.size() == 12);
  for (std::size_t i = 0; i < statuses.size(); ++i) CHECK(bool{statuses[i]} == (i != 5));
  CHECK(all_ids(*store).size() == 6);
}

TEST_CASE("one task can be reserved by its id, whatever its moment")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a", never)));
  CHECK(kind_of(store->reserve("b", demand_at(noon))) == ErrorKind::not_found);
  auto reservation = store->reserve("a", demand_at(noon));
  REQUIRE(reservation);
  CHECK(reservation->record.fence == record_of("a").fence + 1);
  CHECK(settle_one(*store, *reservation, settled(*reservation, never)));
  CHECK(store->reserve("a", demand_at(noon)));
}

TEST_CASE("what is ignored is not handed out again until it changes")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("bad")));
  store->ignore(reserve_one(*store, noon));
  const auto later = noon + 1h;
  CHECK(count_due(*store, later) == 0);
  CHECK(*store->next_moment(demand_at(later)) == never);

  REQUIRE(store->add_task(record_of("good", noon)));
  REQUIRE(store->changes());
  CHECK(ids_of(*store->reserve_due(demand_at(later, 5))) == std::vector<std::string>{"good"});

  const auto bad = store->lookup_task("bad");
  REQUIRE(bad);
  auto mended = edited(*bad, "mended");
  mended.moment = noon;
  REQUIRE(store->update_task(mended));
  REQUIRE(store->changes());
  CHECK(count_due(*store, later) == 1);
}

TEST_CASE("a lease that ended is the next worker's, and the one before can no longer settle")
{
  const auto harness = make_harness();
  if (!harness->leases) return;
  const auto one = harness->open();
  const auto two = harness->open();
  REQUIRE(one->add_task(record_of("a")));
  auto stale = reserve_one(*one, noon);
  CHECK(count_due(*two, stale.until - 1us) == 0);
  auto fresh = reserve_one(*two, stale.until);
  CHECK(fresh.record.fence == stale.record.fence + 1);
  Reservation* const held = &stale;
  CHECK(kind_of(one->extend({&held, 1}, noon + 1h).front()) == ErrorKind::conflict);
  const auto run = run_of(7, stale.record.fence, noon);
  if (harness->journal) CHECK(kind_of(one->record_run(run, &stale)) == ErrorKind::conflict);
  CHECK(kind_of(settle_one(*one, stale, std::nullopt)) == ErrorKind::conflict);
  CHECK(kind_of(settle_one(*one, stale, settled(stale, noon))) == ErrorKind::conflict);
  CHECK(two->record_run(run_of(7, fresh.record.fence, noon), &fresh));
  CHECK(settle_one(*two, fresh, std::nullopt));
}

TEST_CASE("a lease that is extended lasts")
{
  const auto harness = make_harness();
  const auto store = harness->open();
  REQUIRE(store->add_task(record_of("a")));
  auto reservation = reserve_one(*store, noon);
  Reservation* const held = &reservation;
  REQUIRE(store->extend({&held, 1}, noon + 10min).front());
  CHECK_FALSE(reservation.edited);
  CHECK(count_due(*harness->open(), noon + 10min - 1us) == 0);
  CHECK(settle_one(*store, reservation, settled(reservation, noon + 1h)));
}

TEST_CASE("a change wakes who watches")
{
  const auto harness = make_harness();
  if (!harness->watches) return;
  const auto watching = harness->open();
  const auto other = harness->open();
  const auto fd = watching->watch();
  REQUIRE(fd);
  REQUIRE(watching->changes());

  REQUIRE(other->add_task(record_of("a")));
  REQUIRE(becomes_readable(*fd));
  REQUIRE(watching->changes());
  CHECK(*watching->next_moment(demand_at(noon)) == noon);

  REQUIRE(other->update_task(edited(record_of("a", noon + 1h), "later")));
  REQUIRE(becomes_readable(*fd));
  REQUIRE(watching->changes());
  CHECK(*watching->next_moment(demand_at(noon)) == noon + 1h);

  REQUIRE(other->delete_task("a", 1001));
  REQUIRE(becomes_readable(*fd));
  REQUIRE(watching->changes());
  CHECK(*watching->next_moment(demand_at(noon)) == never);
}

TEST_CASE("who holds a task is told which one somebody changed, and of paused queues")
{
  const auto harness = make_harness();
  if (!harness->watches) return;
  const auto watching = harness->open();
  const auto other = harness->open();
  const auto fd = watching->watch();
  REQUIRE(fd);
  REQUIRE(watching->changes());
  REQUIRE(other->add_task(record_of("a")));
  REQUIRE(becomes_readable(*fd));
  REQUIRE(watching->changes());
  const auto reservation = reserve_one(*watching, noon);

  REQUIRE(other->update_task(edited(reservation.record, "cancel it")));
  CHECK(tells(*watching, *fd, [](const Changes& changes) {
    return changes.unknown || std::count(changes.ids.begin(), changes.ids.end(), "a") > 0;
  }));
  if (!harness->journal) return;
  REQUIRE(other->put_note({.kind = NoteKind::queue, .name = "mail", .content = {1}}));
  CHECK(tells(*watching, *fd,
              [](const Changes& changes) { return changes.unknown || changes.notes; }));
}
