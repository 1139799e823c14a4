// SPDX-License-Identifier: MIT
// Steps that tests of stores have in common. They check what they need on the way.
#pragma once

#include "stores/records.hpp"

#include <doctest/doctest.h>

#include <poll.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::tests {

using stores::conformance::ids_of;
using stores::conformance::settle_one;
using stores::conformance::settled;

template <class Outcome>
ErrorKind kind_of(const Outcome& outcome)
{
  REQUIRE_FALSE(outcome);
  return outcome.error().kind;
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

inline bool becomes_readable(int fd, int ms = 5000)
{
  pollfd poll{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&poll, 1, ms) == 1;
}

inline bool is_readable(int fd) { return becomes_readable(fd, 0); }

}  // namespace asyncz::tests
