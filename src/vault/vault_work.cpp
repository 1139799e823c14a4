// SPDX-License-Identifier: MIT
// What workers do with a vault: reserve what is due, and settle what came of it.
#include "base/text.hpp"
#include "store/demand.hpp"
#include "vault/vault.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace asyncz {
namespace {

// One task less is wanted.
void count_down(Demand& demand, std::string_view queue)
{
  --demand.limit;
  if (!demand.only) return;
  for (auto& share : *demand.only) {
    if (share.queue == queue && share.limit > 0) --share.limit;
  }
}

}  // namespace

Result<std::vector<Reserved>> Vault::reserve_due(const Demand& demand)
{
  Demand rest = demand;
  std::vector<Reserved> taken;
  for (bool passed_over = true; passed_over && rest.limit > 0;) {
    passed_over = false;
    if (!owes(rest)) {
      auto reservations = store_.reserve_due(rest);
      if (!reservations && taken.empty()) return reservations.error();
      if (!reservations) break;
      std::ranges::move(*reservations, std::back_inserter(unjudged_));
    }
    for (auto next = first_unjudged(rest); next != unjudged_.end(); next = first_unjudged(rest)) {
      auto reserved = admit(*next, std::max(demand.now, clock_.now()));
      if (!reserved && taken.empty()) return reserved.error();
      if (!reserved) return taken;
      unjudged_.erase(next);
      if (*reserved) {
        count_down(rest, (*reserved)->reservation.record.queue);
        taken.push_back(std::move(**reserved));
      } else {
        passed_over = true;
      }
    }
  }
  return taken;
}

// Those whose lease has ended meanwhile are somebody else's.
std::vector<Reservation>::iterator Vault::first_unjudged(const Demand& demand)
{
  std::erase_if(unjudged_, [&](const Reservation& one) { return one.until <= clock_.now(); });
  return std::ranges::find_if(
      unjudged_, [&](const Reservation& one) { return wanted_of(demand, one.record.queue) > 0; });
}

// Nothing where the task is not to be run; then it is not handed out again until it changes. Where
// that cannot be told now the reservation stays as it is.
Result<std::optional<Reserved>> Vault::admit(Reservation& reservation, Instant now)
{
  auto stored = verified(reservation.record);
  if (!stored) {
    pass_over(std::move(reservation), stored.error());
    return std::optional<Reserved>{};
  }
  Reserved reserved{std::move(reservation), std::move(*stored), std::nullopt};
  if (sealed_moment(reserved.stored) > now) {
    put_off(std::move(reserved));
    return std::optional<Reserved>{};
  }
  auto end = end_before(reserved);
  if (!end && end.error().kind == ErrorKind::corrupt) {
    pass_over(std::move(reserved.reservation), end.error());
    return std::optional<Reserved>{};
  }
  if (!end) {
    reservation = std::move(reserved.reservation);
    return end.error();
  }
  reserved.ended_before = std::move(*end);
  return std::optional{std::move(reserved)};
}

void Vault::pass_over(Reservation reservation, const Error& why)
{
  if (reports_) reports_(reservation.record.id, why);
  store_.ignore(std::move(reservation));
}

// The clear moment has come, the sealed one has not. That is how an edit leaves a task that was
// running and whose worker then died: its clear moment follows now. Nobody else may do that.
void Vault::put_off(Reserved reserved)
{
  const Error early{ErrorKind::corrupt,
                    "task " + printable(reserved.reservation.record.id) +
                        ": its clear moment is earlier than the sealed one",
                    "somebody changed the record outside asyncz"};
  if (unsettled(reserved.reservation.record, reserved.stored) <= 1) {
    return pass_over(std::move(reserved.reservation), early);
  }
  Nonces nonces;
  auto record = record_after(reserved, reserved.stored, nonces);
  if (!record) return pass_over(std::move(reserved.reservation), record.error());
  const Settlement settlement{&reserved.reservation, std::move(*record)};
  const auto settled = store_.settle({&settlement, 1});
  // Where somebody edited it once more, it has changed and will be handed out again.
  if (!settled.front()) store_.ignore(std::move(reserved.reservation));
}

Result<Reserved> Vault::reserve(std::string_view id, const Demand& demand)
{
  auto reservation = store_.reserve(id, demand);
  if (!reservation) return reservation.error();
  auto stored = verified(reservation->record);
  if (!stored) {
    store_.ignore(std::move(*reservation));
    return stored.error();
  }
  Reserved reserved{std::move(*reservation), std::move(*stored), std::nullopt};
  auto end = end_before(reserved);
  if (!end) {
    store_.ignore(std::move(reserved.reservation));
    return end.error();
  }
  reserved.ended_before = std::move(*end);
  return reserved;
}

// The record that settles a reservation.
Result<Record> Vault::record_after(const Reserved& reserved, const StoredTask& after,
                                   Nonces& nonces) const
{
  const auto& before = reserved.reservation.record;
  auto task = after;
  task.revision = task.progress.revision = before.revision + 1;
  task.fence = task.progress.settled_fence = before.fence;
  task.worker = before.worker;
  return record_of(task, nonces);
}

std::vector<Status> Vault::settle(std::span<const Outcome> outcomes)
{
  Nonces nonces{outcomes.size()};
  std::vector<Status> statuses(outcomes.size());
  std::vector<Settlement> settlements;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto& [reserved, stored] = outcomes[i];
    Settlement settlement{&reserved->reservation, std::nullopt};
    if (stored) {
      auto record = record_after(*reserved, *stored, nonces);
      if (!record) {
        statuses[i] = record.error();
        continue;
      }
      settlement.record = std::move(*record);
    }
    settlements.push_back(std::move(settlement));
    places.push_back(i);
  }
  auto settled = store_.settle(settlements);
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto& status = statuses[places[i]] = std::move(settled[i]);
    auto& reserved = *outcomes[places[i]].reserved;
    if (status) settled_.put(reserved.stored, reserved.reservation.record.revision + 1);
    if (status || status.error().kind != ErrorKind::conflict) continue;
    const auto looked = look_again(reserved);
    if (!looked) status = looked;
    // Our own settlement, which was written before the store failed to say so.
    if (looked && unsettled(reserved.reservation.record, reserved.stored) == 0) {
      reserved.reservation.lock.reset();
      status = {};
    }
  }
  return statuses;
}

Status Vault::look_again(Reserved& reserved)
{
  auto& ours = reserved.reservation.record;
  const Error lost{
      ErrorKind::not_found, "the reservation of task " + printable(ours.id) + " is lost", {}};
  auto record = look_up(ours.id);
  if (!record && record.error().kind == ErrorKind::not_found) return lost;
  if (!record) return record.error();
  if (record->fence != ours.fence) return lost;
  auto stored = verified(*record);
  if (!stored) return stored.error();
  ours = std::move(*record);
  reserved.stored = std::move(*stored);
  return {};
}

}  // namespace asyncz
