// SPDX-License-Identifier: MIT
#include "stores/sql/leases.hpp"

#include "stores/sql/records.hpp"
#include "stores/sql/tasks.hpp"
#include "time/clock.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace asyncz::stores {
namespace {

constexpr int most_tries = 100;
constexpr Duration soon = std::chrono::seconds{5};  // what is due by then is announced

}  // namespace

Result<Instant> SqlLeases::held_until(std::string_view id)
{
  Instant until;
  const auto asked = rest_.run(sql_.lookup_held, {id},
                               [&](const SqlRow& row) { until = instant_of(row.number(0)); });
  if (!asked) return asked.error();
  return until;
}

Result<Store::Holder> SqlLeases::holder(std::string_view id, Instant now)
{
  const auto until = held_until(id);
  if (!until) return until.error();
  const auto there = rest_.there(now);
  if (!there) return there.error();
  return Store::Holder{.held = *until > *there};
}

Result<Reservation> SqlLeases::reserve(std::string_view id, const Demand& demand)
{
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto held = holder(id, demand.now);
    if (!held) return held.error();
    if (held->held) {
      return task_is_running(id);
    }
    auto record = tasks_.lookup(id);
    if (!record) return record.error();
    const auto until = rest_.there(demand.now + demand.lease);
    if (!until) return until.error();
    const auto taken = rest_.run(sql_.take, {us_of(*until), us_of(*until), id, record->revision});
    if (!taken) return taken.error();
    if (*taken == 0) continue;  // somebody changed it meanwhile
    ++record->revision;
    ++record->fence;
    record->moment = *until;
    held_.put(*record);
    Reservation reservation{*std::move(record)};
    reservation.until = demand.now + demand.lease;
    reservation.previous_worker = reservation.record.worker;
    return reservation;
  }
  return task_has_changed(id);
}

// --- Prolonging and settling ---------------------------------------------------------------------

std::vector<Status> SqlLeases::settle(std::span<const Settlement> settlements)
{
  if (settlements.empty()) return {};
  std::vector<SqlStep> steps;
  auto first = never;
  for (const auto& [reservation, record] : settlements) {
    const auto& ours = reservation->record;
    if (!record) {
      steps.push_back({sql_.remove, {std::string_view{ours.id}, ours.revision}});
      continue;
    }
    first = std::min(first, record->moment);
    auto values = content_of(*record);
    values.insert(values.end(),
                  {std::string_view{ours.id}, ours.revision, stored_number(ours.fence)});
    steps.push_back({sql_.settle, std::move(values)});
  }
  const auto changed = tasks_.write(std::move(steps), first <= system_clock().now() + soon);
  if (!changed) return std::vector<Status>(settlements.size(), changed.error());

  std::vector<Status> statuses(settlements.size());
  const bool repeated = rest_.was_repeated();
  for (std::size_t i = 0; i < settlements.size(); ++i) {
    const auto& [reservation, record] = settlements[i];
    if ((*changed)[i] == 0) {
      const auto stored = tasks_.lookup(reservation->record.id);
      const bool gone = !stored && stored.error().kind == ErrorKind::not_found;
      const bool done = repeated && (record ? stored && *stored == *record : gone);
      if (!done) statuses[i] = stored ? task_has_changed(reservation->record.id) : stored.error();
      if (!done) continue;
    }
    held_.drop(reservation->record);
    reservation->lock.reset();
  }
  return statuses;
}

std::vector<Status> SqlLeases::extend(std::span<Reservation* const> reservations, Instant until)
{
  if (reservations.empty()) return {};
  const auto there = lease_.there(until);
  if (!there) return std::vector<Status>(reservations.size(), there.error());
  std::vector<SqlStep> steps;
  for (const auto* reservation : reservations) {
    const auto& ours = reservation->record;
    steps.push_back({sql_.extend,
                     {us_of(*there), us_of(*there), std::string_view{ours.id},
                      stored_number(ours.fence), ours.revision}});
  }
  const auto changed = lease_.run_all(steps);
  if (!changed) return std::vector<Status>(reservations.size(), changed.error());
  std::vector<Status> statuses;
  for (std::size_t i = 0; i < reservations.size(); ++i) {
    auto& reservation = *reservations[i];
    if ((*changed)[i] == 0) {
      statuses.push_back(extend_edited(reservation, *there));
    } else {
      ++reservation.record.revision;
      reservation.record.moment = *there;
      held_.put(reservation.record);
      statuses.emplace_back();
    }
    if (statuses.back()) reservation.until = until;
  }
  return statuses;
}

// Somebody has changed the task, or our own write went through and its answer did not.
Status SqlLeases::extend_edited(Reservation& reservation, Instant there)
{
  const auto& ours = reservation.record;
  const auto changed = lease_.run(
      sql_.extend_edited,
      {us_of(there), us_of(there), std::string_view{ours.id}, stored_number(ours.fence)});
  if (!changed) return changed.error();
  if (*changed == 0) return reservation_is_lost(ours.id);
  reservation.edited = true;
  return {};
}

}  // namespace asyncz::stores
