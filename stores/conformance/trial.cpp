// SPDX-License-Identifier: MIT
#include "stores/conformance/trial.hpp"

#include "base/text.hpp"
#include "stores/memory/memory_store.hpp"

namespace asyncz::stores::conformance {

Store& Trial::open()
{
  auto store = open_();
  if (!succeeds(store ? Status{} : Status{store.error()}, "the store can be opened")) {
    store = make_memory_store(make_memory_state());
  }
  const std::lock_guard lock{mutex_};
  return *handles_.emplace_back(*std::move(store));
}

void Trial::add_problem(std::string problem)
{
  const std::lock_guard lock{mutex_};
  if (!problem_) problem_ = std::move(problem);
}

void Trial::holds(bool is_so, std::string_view what)
{
  if (!is_so) add_problem("it does not hold that " + std::string{what});
}

bool Trial::succeeds(const Status& status, std::string_view what)
{
  if (status) return true;
  add_problem("it does not hold that " + std::string{what} + ": " + status.error().what);
  return false;
}

// --- Records and demands -------------------------------------------------------------------------

Record record_of(std::string id, Instant moment, std::string queue, int priority)
{
  const auto content = "sealed bytes of " + id;
  const auto text = bytes_of(content);
  return {.id = std::move(id),
          .moment = moment,
          .queue = std::move(queue),
          .priority = priority,
          .revision = 1000,
          .fence = 500,
          .sealed = {text.begin(), text.end()}};
}

RunRecord run_of(std::uint64_t tag, std::uint64_t fence, Instant recorded)
{
  const auto content = "sealed run " + std::to_string(fence);
  const auto text = bytes_of(content);
  return {
      .task_tag = tag, .fence = fence, .recorded = recorded, .sealed = {text.begin(), text.end()}};
}

Demand demand_at(Instant now, std::size_t limit) { return {.now = now, .limit = limit}; }

Record edited(Record record, std::string_view sealed)
{
  ++record.revision;
  const auto text = bytes_of(sealed);
  record.sealed.assign(text.begin(), text.end());
  return record;
}

Record settled(const Reservation& reservation, Instant next)
{
  auto record = edited(reservation.record, "after the run");
  record.moment = next;
  return record;
}

std::vector<std::string> ids_of(const std::vector<Record>& records)
{
  std::vector<std::string> ids;
  for (const auto& record : records) ids.push_back(record.id);
  return ids;
}

std::vector<std::string> ids_of(const std::vector<Reservation>& reservations)
{
  std::vector<std::string> ids;
  for (const auto& reservation : reservations) ids.push_back(reservation.record.id);
  return ids;
}

std::vector<std::string> all_ids(Trial& trial, Store& store)
{
  std::vector<std::string> ids;
  const auto visited = store.get_all_tasks([&](std::string_view id, const Result<Record>& record) {
    trial.succeeds(record ? Status{} : Status{record.error()}, "each record can be read");
    ids.emplace_back(id);
    return true;
  });
  trial.succeeds(visited, "get_all_tasks visits");
  return ids;
}

Reservation reserve_one(Trial& trial, Store& store, Instant now)
{
  auto reservations = trial.value(store.reserve_due(demand_at(now)), "reserve_due answers");
  trial.holds(reservations.size() == 1, "what is due and free can be reserved");
  return reservations.empty() ? Reservation{} : std::move(reservations.front());
}

std::size_t count_due(Trial& trial, Store& store, Instant now)
{
  return trial.value(store.reserve_due(demand_at(now, 100)), "reserve_due answers").size();
}

Status settle_one(Store& store, Reservation& reservation, std::optional<Record> record)
{
  const Settlement settlement{&reservation, std::move(record)};
  return store.settle({&settlement, 1}).front();
}

}  // namespace asyncz::stores::conformance
