// SPDX-License-Identifier: MIT
#include "stores/custom/claims.hpp"

#include "stores/custom/tasks.hpp"

#include <algorithm>
#include <iterator>

namespace asyncz::stores::custom {
namespace {

constexpr std::size_t most_ignored = 1000;  // of more the first are looked at again

Result<Reservation> reserved_in(const Value& value)
{
  wire::Fields fields{value};
  auto record = wire::record_in(fields.member("record"));
  const auto until = fields.moment("until");
  if (!fields.status()) return fields.status().error();
  if (!record) return record.error();
  Reservation reservation{*std::move(record)};
  reservation.until = until;
  reservation.previous_worker = reservation.record.worker;
  return reservation;
}

// What became of one that was to be prolonged: its revision now, and whether somebody edited it.
struct Extended {
  Status status;
  std::int64_t revision = 0;
  bool edited = false;
};

Result<Extended> extended_in(const Value& value)
{
  Extended extended;
  if (const auto* told = value.find("error")) {
    auto error = wire::error_in(*told);
    if (!error) return wire::no_error_there();
    extended.status = *std::move(error);
    return extended;
  }
  wire::Fields fields{value};
  extended.revision = fields.count("revision");
  extended.edited = fields.flag("edited");
  if (!fields.status()) return fields.status().error();
  return extended;
}

Status apply(const Extended& extended, Instant until, Reservation& reservation)
{
  if (!extended.status) return extended.status;
  reservation.until = until;
  reservation.edited = reservation.edited || extended.edited;
  if (extended.edited) return {};
  reservation.record.revision = extended.revision;
  reservation.record.moment = until;
  return {};
}

}  // namespace

Result<std::vector<Reservation>> Claims::reserve_due(const Demand& demand)
{
  ValueList ignored;
  for (const auto& reservation : ignored_) ignored.push_back(reservation);
  return helpers_.items<Reservation>(
      "reserve_due", {{"demand", wire::value_of(demand)}, {"ignored", std::move(ignored)}},
      reserved_in);
}

Result<Reservation> Claims::reserve(std::string_view id, const Demand& demand)
{
  return helpers_.value<Reservation>("reserve", {{"id", id}, {"demand", wire::value_of(demand)}},
                                     reserved_in);
}

Result<Store::Holder> Claims::holder(std::string_view id, Instant now)
{
  const auto read = [](const Value& value) -> Result<Store::Holder> {
    wire::Fields fields{value};
    Store::Holder holder{.held = fields.flag("held")};
    if (!fields.status()) return fields.status().error();
    return holder;
  };
  return helpers_.value<Store::Holder>("holder", {{"id", id}, {"now", wire::value_of(now)}}, read);
}

void Claims::ignore(const Reservation& reservation)
{
  if (ignored_.size() >= most_ignored) ignored_.pop_front();
  ignored_.push_back(wire::value_of(reservation));
}

std::vector<Status> Claims::extend(std::span<Reservation* const> reservations, Instant until)
{
  std::vector<Status> statuses;
  for (std::size_t begin = 0; begin < reservations.size(); begin += most_in_batch) {
    const auto batch =
        reservations.subspan(begin, std::min(most_in_batch, reservations.size() - begin));
    ValueList ours;
    for (const auto* reservation : batch) ours.push_back(wire::value_of(*reservation));
    const auto read = [&](const Value& value) -> Result<std::vector<Extended>> {
      auto extended = wire::list_in<Extended>(value, extended_in);
      if (extended && extended->size() != batch.size()) {
        return Error{ErrorKind::corrupt, "a list of another length", {}};
      }
      return extended;
    };
    const auto extended = helpers_.value<std::vector<Extended>>(
        "extend", {{"reservations", std::move(ours)}, {"until", wire::value_of(until)}}, read);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      statuses.push_back(extended ? apply((*extended)[i], until, *batch[i])
                                  : Status{extended.error()});
    }
  }
  return statuses;
}

// A step whose answer was lost may have been taken: then ours is what is stored.
void Claims::forgive_repetition(const Settlement& settlement, Status& status)
{
  if (status) return;
  if (!settlement.record) {
    if (status.error().kind == ErrorKind::not_found) status = {};
  } else if (status.error().kind == ErrorKind::conflict) {
    const auto stored = Tasks{helpers_}.lookup(settlement.record->id);
    if (stored && *stored == *settlement.record) status = {};
  }
}

std::vector<Status> Claims::settle(std::span<const Settlement> settlements)
{
  std::vector<Status> statuses;
  while (!settlements.empty()) {
    ValueList batch;
    for (std::size_t bytes = 0; batch.size() < settlements.size() && batch.size() < most_in_batch &&
                                bytes < most_batch_bytes;) {
      const auto& [reservation, record] = settlements[batch.size()];
      batch.push_back(ValueMap{{"reservation", wire::value_of(*reservation)},
                               {"record", record ? wire::value_of(*record) : Value{}}});
      bytes += record ? record->sealed.size() : 0;
    }
    const auto count = batch.size();
    const auto answer = helpers_.ask("settle", {{"settlements", std::move(batch)}});
    auto settled = statuses_in(helpers_.program(), answer.value, count);
    if (answer.repeated) {
      for (std::size_t i = 0; i < count; ++i) forgive_repetition(settlements[i], settled[i]);
    }
    std::move(settled.begin(), settled.end(), std::back_inserter(statuses));
    settlements = settlements.subspan(count);
  }
  return statuses;
}

}  // namespace asyncz::stores::custom
