// SPDX-License-Identifier: MIT
#include "stores/mongo/leases.hpp"

#include "stores/mongo/records.hpp"
#include "stores/task_errors.hpp"

#include <string>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

constexpr int most_tries = 100;

// What makes a reservation last.
Document prolonging(Instant until)
{
  return {{"$set", Document{{"next_run_time", us_of(until)}, {"held_until", us_of(until)}}},
          {"$inc", Document{{"revision", 1}}}};
}

}  // namespace

Result<Store::Holder> Leases::holder(std::string_view id, Instant now)
{
  const auto there = server_.rest.there(now);
  if (!there) return there.error();
  const auto found = server_.rest.find(tasks_, {{"_id", id}},
                                       {{"projection", Document{{"held_until", 1}}}, {"limit", 1}});
  if (!found) return found.error();
  return Store::Holder{.held = !found->empty() &&
                               instant_of(found->front().number("held_until")) > *there};
}

// Written and read again, so that it does not matter whose answer was lost.
Result<Reservation> Leases::reserve(std::string_view id, const Demand& demand)
{
  auto& link = server_.rest;
  const auto name = server_.who + ".one." + std::to_string(++reserved_);
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto there = link.there(demand.now);
    if (!there) return there.error();
    const auto found = link.find(tasks_, {{"_id", id}}, {{"limit", 1}});
    if (!found) return found.error();
    if (found->empty()) return no_such_task(id);
    auto record = record_of(found->front());
    if (!record) return record.error();
    if (found->front().text("claim") == name) return reserved(*std::move(record), demand);
    if (instant_of(found->front().number("held_until")) > *there) {
      return task_is_running(id);
    }
    const Document stored{{"_id", id}, {"revision", record->revision}};
    const auto written = link.update(
        tasks_, {Document{{"q", stored}, {"u", reserving(*there + demand.lease, name)}}});
    if (!written) return written.error();
  }
  return task_has_changed(id);
}

Reservation Leases::reserved(Record record, const Demand& demand)
{
  server_.held.put(record);
  Reservation reservation{std::move(record)};
  reservation.until = demand.now + demand.lease;
  reservation.previous_worker = reservation.record.worker;
  return reservation;
}

// --- Prolonging ----------------------------------------------------------------------------------

std::vector<Status> Leases::extend(std::span<Reservation* const> reservations, Instant until)
{
  auto& link = server_.lease;
  if (reservations.empty()) return {};
  const auto there = link.there(until);
  if (!there) return std::vector<Status>(reservations.size(), there.error());
  Array updates;
  for (const auto* reservation : reservations) {
    const auto& ours = reservation->record;
    updates.push_back(Document{{"q", as_read(ours)}, {"u", prolonging(*there)}});
  }
  const auto written = link.update(tasks_, std::move(updates));
  if (!written) return std::vector<Status>(reservations.size(), written.error());
  std::vector<Status> statuses(reservations.size());
  for (std::size_t i = 0; i < reservations.size(); ++i) {
    auto& reservation = *reservations[i];
    const bool all = written->count == reservations.size();
    statuses[i] = all ? Status{} : extended(reservation, *there);
    if (!statuses[i]) continue;
    if (!reservation.edited) {
      ++reservation.record.revision;
      reservation.record.moment = *there;
      server_.held.put(reservation.record);
    }
    reservation.until = until;
  }
  return statuses;
}

// Which of several were prolonged the answer does not tell. Where somebody has changed the task it
// is prolonged as it is now.
Status Leases::extended(Reservation& reservation, Instant there)
{
  const auto& ours = reservation.record;
  const Document held{{"_id", ours.id}, {"fence", stored_number(ours.fence)}};
  const auto found = server_.lease.find(tasks_, {{"_id", ours.id}}, {{"limit", 1}});
  if (!found) return found.error();
  if (found->empty() || found->front().number("fence") != stored_number(ours.fence)) {
    return reservation_is_lost(ours.id);
  }
  const auto& stored = found->front();
  const bool done =
      stored.number("revision") == ours.revision + 1 && stored.number("held_until") == us_of(there);
  if (done) return {};
  const auto written =
      server_.lease.update(tasks_, {Document{{"q", held}, {"u", prolonging(there)}}});
  if (!written) return written.error();
  if (written->count == 0) return reservation_is_lost(ours.id);
  reservation.edited = true;
  return {};
}

}  // namespace asyncz::stores::mongo
