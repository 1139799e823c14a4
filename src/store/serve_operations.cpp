// SPDX-License-Identifier: MIT
// What each request of asyncz-store-protocol(7) does with the store.
#include "store/serve.hpp"

#include <algorithm>
#include <utility>

namespace asyncz {
namespace {

Result<Value> answer_of(const Status& status)
{
  if (!status) return status.error();
  return Value{true};
}

Value list_of(const std::vector<Status>& statuses)
{
  ValueList list;
  for (const auto& status : statuses) list.push_back(wire::value_of(status));
  return list;
}

Value value_of_reserved(const Reservation& reservation)
{
  return ValueMap{{"record", wire::value_of(reservation.record)},
                  {"until", wire::value_of(reservation.until)}};
}

}  // namespace

// --- The eight operations ------------------------------------------------------------------------

Result<Value> StoreService::add_task(Request& request)
{
  const auto record = wire::record_in(request.member("record"));
  if (!record) return record.error();
  return answer_of(store_->add_task(*record));
}

Result<Value> StoreService::lookup_task(Request& request)
{
  const auto id = request.text("id");
  if (!request.status()) return request.status().error();
  const auto record = store_->lookup_task(id);
  if (!record) return record.error();
  return wire::value_of(*record);
}

Result<Value> StoreService::update_task(Request& request)
{
  const auto record = wire::record_in(request.member("record"));
  if (!record) return record.error();
  return answer_of(store_->update_task(*record));
}

Result<Value> StoreService::delete_task(Request& request)
{
  const auto id = request.text("id");
  const auto revision = request.count("revision");
  if (!request.status()) return request.status().error();
  return answer_of(store_->delete_task(id, revision));
}

Result<Value> StoreService::remove_all_tasks(Request&)
{
  return answer_of(store_->remove_all_tasks());
}

Result<Value> StoreService::get_due_tasks(Request& request)
{
  const auto demand = wire::demand_in(request.member("demand"));
  if (!demand) return demand.error();
  const auto due = store_->get_due_tasks(*demand);
  if (!due) return due.error();
  for (const auto& record : *due) emit_item(wire::value_of(record));
  return Value{true};
}

Result<Value> StoreService::get_next_run_time(Request& request)
{
  const auto demand = wire::demand_in(request.member("demand"));
  if (!demand) return demand.error();
  const auto moment = store_->get_next_run_time(*demand);
  if (!moment) return moment.error();
  return wire::value_of(*moment);
}

Result<Value> StoreService::get_all_tasks(Request&)
{
  return answer_of(store_->get_all_tasks([&](std::string_view id, const Result<Record>& record) {
    emit_item(record ? wire::value_of(*record)
                     : Value{ValueMap{{"id", id}, {"error", wire::value_of(record.error())}}});
    return true;
  }));
}

Result<Value> StoreService::add_tasks(Request& request)
{
  const auto records = wire::list_in<Record>(request.member("records"), wire::record_in);
  if (!records) return records.error();
  return list_of(store_->add_tasks(*records));
}

Result<Value> StoreService::ids_with_prefix(Request& request)
{
  const auto prefix = request.text("prefix");
  const auto limit = request.count("limit");
  if (!request.status()) return request.status().error();
  const auto ids = store_->ids_with_prefix(prefix, static_cast<std::size_t>(limit));
  if (!ids) return ids.error();
  return Value{ValueList{ids->begin(), ids->end()}};
}

// --- Reservations --------------------------------------------------------------------------------

Result<Value> StoreService::reserve_due(Request& request)
{
  auto demand = wire::demand_in(request.member("demand"));
  const auto ignored = wire::list_in<Reservation>(request.member("ignored"), wire::reservation_in);
  if (!demand) return demand.error();
  if (!ignored) return ignored.error();
  for (const auto& reservation : *ignored) store_->ignore(Reservation{reservation.record});
  const auto reservations = store_->reserve_due(*demand);
  if (!reservations) return reservations.error();
  for (const auto& reservation : *reservations) emit_item(value_of_reserved(reservation));
  return Value{true};
}

Result<Value> StoreService::reserve(Request& request)
{
  const auto id = request.text("id");
  const auto demand = wire::demand_in(request.member("demand"));
  if (!request.status()) return request.status().error();
  if (!demand) return demand.error();
  const auto reservation = store_->reserve(id, *demand);
  if (!reservation) return reservation.error();
  return value_of_reserved(*reservation);
}

Result<Value> StoreService::holder(Request& request)
{
  const auto id = request.text("id");
  const auto now = request.moment("now");
  if (!request.status()) return request.status().error();
  const auto holder = store_->holder(id, now);
  if (!holder) return holder.error();
  return Value{ValueMap{{"held", holder->held}}};
}

Result<Value> StoreService::extend(Request& request)
{
  const auto until = request.moment("until");
  auto reservations =
      wire::list_in<Reservation>(request.member("reservations"), wire::reservation_in);
  if (!request.status()) return request.status().error();
  if (!reservations) return reservations.error();
  std::vector<Reservation*> held;
  for (auto& reservation : *reservations) held.push_back(&reservation);
  const auto statuses = store_->extend(held, until);
  ValueList list;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const auto& reservation = (*reservations)[i];
    list.push_back(statuses[i] ? Value{ValueMap{{"revision", reservation.record.revision},
                                                {"edited", reservation.edited}}}
                               : Value{ValueMap{{"error", wire::value_of(statuses[i])}}});
  }
  return Value{std::move(list)};
}

Result<Value> StoreService::settle(Request& request)
{
  std::vector<Reservation> reservations;
  std::vector<Settlement> settlements;
  const auto list = request.list("settlements");
  if (!request.status()) return request.status().error();
  reservations.reserve(list.size());
  for (const auto& element : list) {
    wire::Fields fields{element};
    auto reservation = wire::reservation_in(fields.member("reservation"));
    if (!reservation) return reservation.error();
    Settlement settlement{&reservations.emplace_back(*std::move(reservation)), std::nullopt};
    if (const auto member = fields.find("record")) {
      auto record = wire::record_in(*member);
      if (!record) return record.error();
      settlement.record = *std::move(record);
    }
    settlements.push_back(std::move(settlement));
  }
  return list_of(store_->settle(settlements));
}

// --- History and notes ---------------------------------------------------------------------------

Result<Value> StoreService::record_run(Request& request)
{
  const auto run = wire::run_in(request.member("run"));
  if (!run) return run.error();
  const auto of = request.find("of");
  if (!of) return answer_of(store_->record_run(*run));
  const auto reservation = wire::reservation_in(*of);
  if (!reservation) return reservation.error();
  return answer_of(store_->record_run(*run, &*reservation));
}

Result<Value> StoreService::find_run(Request& request)
{
  const auto tag = request.tag("task_tag");
  const auto fence = request.count("fence");
  if (!request.status()) return request.status().error();
  const auto run = store_->find_run(tag, static_cast<std::uint64_t>(fence), 0);
  if (!run) return run.error();
  return wire::value_of(*run);
}

Result<Value> StoreService::runs(Request& request)
{
  RunQuery query;
  if (request.find("task_tag")) query.task_tag = request.tag("task_tag");
  if (request.find("since")) query.since = request.moment("since");
  if (!request.status()) return request.status().error();
  return answer_of(store_->runs(query, [&](const Result<RunRecord>& run) {
    emit_item(run ? wire::value_of(*run) : Value{ValueMap{{"error", wire::value_of(run.error())}}});
    return true;
  }));
}

Result<Value> StoreService::prune_runs(Request& request)
{
  const auto before = request.moment("before");
  const auto keep_bytes = request.count("keep_bytes");
  if (!request.status()) return request.status().error();
  return answer_of(store_->prune_runs(before, keep_bytes));
}

Result<Value> StoreService::put_note(Request& request)
{
  const auto note = wire::note_in(request.member("note"));
  if (!note) return note.error();
  return answer_of(store_->put_note(*note));
}

Result<Value> StoreService::remove_note(Request& request)
{
  const auto kind = wire::note_kind_in(request.member("kind"));
  const auto name = request.text("name");
  if (!request.status()) return request.status().error();
  if (!kind) return kind.error();
  return answer_of(store_->remove_note(*kind, name));
}

Result<Value> StoreService::notes(Request& request)
{
  const auto kind = wire::note_kind_in(request.member("kind"));
  if (!kind) return kind.error();
  const auto notes = store_->notes(*kind);
  if (!notes) return notes.error();
  for (const auto& note : *notes) emit_item(wire::value_of(note));
  return Value{true};
}

// --- For doctor ----------------------------------------------------------------------------------

Result<Value> StoreService::examine(Request&)
{
  const auto traits = store_->examine();
  if (!traits) return traits.error();
  for (const auto& [what, mend] : *traits) {
    emit_item(ValueMap{{"what", what}, {"mend", mend.empty() ? Value{} : Value{mend}}});
  }
  return Value{true};
}

Result<Value> StoreService::quarantine(Request& request)
{
  const auto id = request.text("id");
  if (!request.status()) return request.status().error();
  const auto place = store_->quarantine(id);
  if (!place) return place.error();
  return Value{*place};
}

}  // namespace asyncz
