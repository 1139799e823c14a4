// SPDX-License-Identifier: MIT
// Steps that tests of stores have in common. They check what they need on the way.
#pragma once

#include "store/store.hpp"
#include "stores/records.hpp"

#include <doctest/doctest.h>

#include <poll.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::tests {

template <class Outcome>
ErrorKind kind_of(const Outcome& outcome)
{
  REQUIRE_FALSE(outcome);
  return outcome.error().kind;
}

inline std::vector<std::string> ids_of(const std::vector<Record>& records)
{
  std::vector<std::string> ids;
  for (const auto& record : records) ids.push_back(record.id);
  return ids;
}

inline std::vector<std::string> ids_of(const std::vector<Reservation>& reservations)
{
  std::vector<std::string> ids;
  for (const auto& reservation : reservations) ids.push_back(reservation.record.id);
  return ids;
}

inline std::vector<std::string> all_ids(Store& store)
{
  std::vector<std::string> ids;
  REQUIRE(store.get_all_tasks([&](std::string_view id, const Result<Record>& record) {
    CHECK(record);
    ids.emplace_back(id);
    return true;
  }));
  return ids;
}

// The one reservation that is to be had.
inline Reservation reserve_one(Store& store, Instant now)
{
  auto reservations = store.reserve_due(demand_at(now));
  REQUIRE(reservations);
  REQUIRE(reservations->size() == 1);
  return std::move(reservations->front());
}

inline std::size_t count_due(Store& store, Instant now)
{
  const auto reservations = store.reserve_due(demand_at(now, 100));
  REQUIRE(reservations);
  return reservations->size();
}

// The record that a worker leaves behind after a run.
inline Record settled(const Reservation& reservation, Instant next)
{
  auto record = edited(reservation.record, "after the run");
  record.moment = next;
  return record;
}

inline Status settle_one(Store& store, Reservation& reservation, std::optional<Record> record)
{
  const Settlement settlement{&reservation, std::move(record)};
  return store.settle({&settlement, 1}).front();
}

inline bool becomes_readable(int fd)
{
  pollfd poll{.fd = fd, .events = POLLIN};
  return ::poll(&poll, 1, 5000) == 1;
}

// Whether the store tells of this before nothing more is announced. Announcements may lag behind.
template <class Expected>
bool tells(Store& store, int fd, Expected expected)
{
  while (becomes_readable(fd)) {
    const auto changes = store.changes();
    REQUIRE(changes);
    if (expected(*changes)) return true;
  }
  return false;
}

inline bool is_readable(int fd)
{
  pollfd poll{.fd = fd, .events = POLLIN};
  return ::poll(&poll, 1, 0) == 1;
}

}  // namespace asyncz::tests
