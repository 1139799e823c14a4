// SPDX-License-Identifier: MIT
#include "stores/redis/claims.hpp"

#include "base/text.hpp"
#include "stores/redis/record_value.hpp"
#include "stores/task_errors.hpp"

#include <algorithm>
#include <utility>

namespace asyncz::stores::redis {
namespace {

Error not_ours(std::string_view id)
{
  return {ErrorKind::corrupt, "task '" + printable(id) + "' is not what asyncz writes", {}};
}

}  // namespace

// --- What is due -------------------------------------------------------------------------------

// Nothing: the script takes the server's.
std::string Claims::time_given(Instant now) const
{
  return server_.server_time ? std::string{} : moment_text(now);
}

Link::Arguments Claims::arguments_of(const Query& query)
{
  const auto& demand = query.demand;
  Link::Arguments words{moment_text(demand.now),
                        time_given(demand.now),
                        query.lease ? std::to_string(query.lease->count()) : std::string{},
                        std::to_string(query.limit),
                        server_.who,
                        std::to_string(claim_),
                        demand.only ? std::to_string(demand.only->size()) : std::string{"-1"}};
  if (demand.only) {
    for (const auto& share : *demand.only) {
      words.push_back(share.queue);
      words.push_back(std::to_string(share.limit));
    }
  }
  words.push_back(std::to_string(demand.except.size()));
  words.insert(words.end(), demand.except.begin(), demand.except.end());
  if (query.with_ignored) return words;
  const std::lock_guard lock{mutex_};
  for (const auto& [id, revision] : ignored_) {
    words.push_back(id);
    words.push_back(revision);
  }
  return words;
}

Result<Claims::Found> Claims::find(Link& link, const Query& query)
{
  auto keys = keys_;
  keys.push_back(server_.keys.claim_of(server_.who));
  const auto reply = link.run(due_script, keys, arguments_of(query));
  if (!reply) return reply.error();
  const auto& parts = *reply;
  Found found;
  for (const auto& pair : parts.at(0).list) {
    auto record = record_of(pair.at(0).text, pair.at(1).text);
    if (record) found.records.push_back(*std::move(record));
  }
  note_unreadable(parts.at(1));
  if (!parts.at(2).text.empty()) {
    found.next = instant_of(std::strtoll(parts.at(2).text.c_str(), nullptr, 10));
  }
  found.held_elsewhere = parts.at(3).integer != 0;
  return found;
}

void Claims::note_unreadable(const Reply& ids)
{
  const std::lock_guard lock{mutex_};
  for (const auto& id : ids.list) {
    if (ignored_.insert_or_assign(id.text, "?").second) unreadable_.push_back(id.text);
  }
}

std::vector<std::string> Claims::take_unreadable()
{
  const std::lock_guard lock{mutex_};
  return std::exchange(unreadable_, {});
}

Result<std::vector<Record>> Claims::due(const Demand& demand)
{
  auto found = find(server_.rest, {.demand = demand, .limit = demand.limit, .with_ignored = true});
  if (!found) return found.error();
  return std::move(found->records);
}

Result<Instant> Claims::next_run_time(const Demand& demand)
{
  const auto found = find(server_.rest, {.demand = demand, .with_ignored = true});
  if (!found) return found.error();
  return found->next;
}

// --- Reserving ---------------------------------------------------------------------------------

Reservation Claims::reservation_of(Record record, const Demand& demand) const
{
  Reservation reservation{std::move(record)};
  const auto from = server_.server_time ? server_.clock.now() : demand.now;
  reservation.until = from + demand.lease;
  return reservation;
}

Result<std::vector<Reservation>> Claims::reserve_due(const Demand& demand)
{
  const auto asked_at = server_.clock.now();
  auto found =
      find(server_.claim, {.demand = demand, .limit = demand.limit, .lease = demand.lease});
  if (!found) return found.error();
  ++claim_;
  remember(demand, *found);
  std::vector<Reservation> reservations;
  for (auto& record : found->records) {
    reservations.push_back(reservation_of(std::move(record), demand));
    if (server_.server_time) reservations.back().until = asked_at + demand.lease;
  }
  return reservations;
}

Result<Reservation> Claims::reserve(std::string_view id, const Demand& demand)
{
  const auto asked_at = server_.server_time ? server_.clock.now() : demand.now;
  const auto reply =
      server_.rest.run(reserve_one_script, keys_,
                       {time_given(demand.now), std::to_string(demand.lease.count()), server_.who,
                        "one" + std::to_string(single_), std::string{id}});
  if (!reply) return reply.error();
  ++single_;
  server_.changed = true;
  if (reply->kind == Reply::Kind::text) {
    auto record = record_of(id, reply->text);
    if (!record) return record.error();
    Reservation reservation{*std::move(record)};
    reservation.until = asked_at + demand.lease;
    return reservation;
  }
  if (reply->integer == -1) return no_such_task(id);
  if (reply->integer == -2) return not_ours(id);
  return task_is_running(id);
}

Result<Store::Holder> Claims::holder(std::string_view id, Instant now)
{
  const std::vector<Command> commands{
      {"HEXISTS", keys_[3], id}, {"HGET", server_.keys.tasks, id}, {"TIME"}};
  const auto replies = server_.rest.ask(commands);
  if (!replies) return replies.error();
  const auto record = record_of(id, (*replies)[1].text);
  if ((*replies)[0].integer == 0 || !record) return Store::Holder{};
  const auto server = time_in((*replies)[2]);
  return Store::Holder{.held = record->moment > (server_.server_time && server ? *server : now)};
}

void Claims::ignore(const Record& record)
{
  const std::lock_guard lock{mutex_};
  ignored_.insert_or_assign(record.id, std::to_string(record.revision));
  server_.changed = true;
}

// --- Prolonging and settling -------------------------------------------------------------------

std::vector<Status> Claims::extend(std::span<Reservation* const> reservations, Instant until)
{
  if (reservations.empty()) return {};
  Link::Arguments words = server_.server_time ? Link::Arguments{{}, server_.span_until(until)}
                                              : Link::Arguments{moment_text(until), "0"};
  for (const auto* reservation : reservations) {
    words.push_back(reservation->record.id);
    words.push_back(std::to_string(reservation->record.fence));
  }
  const auto reply = server_.lease.run(extend_script, keys_, words);
  std::vector<Status> statuses;
  for (std::size_t i = 0; i < reservations.size(); ++i) {
    statuses.push_back(reply ? extended(*reservations[i], reply->at(i), until) : reply.error());
  }
  return statuses;
}

Status Claims::extended(Reservation& reservation, const Reply& reply, Instant until) const
{
  if (reply.text.empty()) return reservation_is_lost(reservation.record.id);
  reservation.until = until;
  if (reply.text != std::to_string(reservation.record.revision)) reservation.edited = true;
  return {};
}

std::vector<Status> Claims::settle(std::span<const Settlement> settlements)
{
  if (settlements.empty()) return {};
  Link::Arguments words{server_.who};
  for (const auto& [reservation, record] : settlements) {
    const auto& ours = reservation->record;
    words.insert(words.end(), {ours.id, std::to_string(ours.revision), std::to_string(ours.fence)});
    if (record) {
      words.insert(words.end(),
                   {moment_text(record->moment), shelf_of(*record), value_of(*record)});
    } else {
      words.insert(words.end(), {"", "", ""});
    }
  }
  const auto reply = server_.rest.run(settle_script, keys_, words);
  server_.changed = true;
  std::vector<Status> statuses;
  for (std::size_t i = 0; i < settlements.size(); ++i) {
    const auto& id = settlements[i].reservation->record.id;
    const auto result = reply ? reply->at(i).integer : 0;
    if (!reply)
      statuses.emplace_back(reply.error());
    else if (result == 1)
      statuses.emplace_back();
    else if (result == -1)
      statuses.emplace_back(no_such_task(id));
    else if (result == -2)
      statuses.emplace_back(not_ours(id));
    else
      statuses.emplace_back(task_has_changed(id));
  }
  return statuses;
}

// --- When to look again ------------------------------------------------------------------------

// The queues themselves; how many of each are wanted makes no difference, but whether any are.
Claims::Known Claims::asked(const Demand& demand)
{
  Known known;
  known.except = demand.except;
  if (!demand.only) return known;
  known.only.emplace();
  for (const auto& share : *demand.only) known.only->emplace_back(share.queue, share.limit > 0);
  return known;
}

void Claims::remember(const Demand& demand, const Found& found)
{
  held_elsewhere_ = found.held_elsewhere;
  known_ = asked(demand);
  known_->next = found.next;
}

Result<Instant> Claims::next_moment(const Demand& demand, bool fresh)
{
  const bool ours = server_.changed.exchange(false);
  if (fresh && !ours && known_) {
    const auto wanted = asked(demand);
    if (wanted.only == known_->only && wanted.except == known_->except) return known_->next;
  }
  const auto found = find(server_.claim, {.demand = demand});
  if (!found) {
    server_.changed = true;
    return found.error();
  }
  remember(demand, *found);
  return found->next;
}

}  // namespace asyncz::stores::redis
