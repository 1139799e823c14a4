// SPDX-License-Identifier: MIT
// A file store in a directory of its own, and what its tests do with it.
#pragma once

#include "fakes/child_process.hpp"
#include "fakes/temp_dir.hpp"
#include "stores/file/file_store.hpp"
#include "stores/records.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::tests {

// A store in a directory of its own.
struct Place {
  fakes::TempDir dir;
  std::string tasks = dir.file("tasks");

  [[nodiscard]] std::unique_ptr<Store> open() const
  {
    auto store = stores::open_file_store({.directory = tasks, .create = true});
    REQUIRE(store);
    return *std::move(store);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return tasks + "/" + name; }
  [[nodiscard]] std::string read(const std::string& name) const
  {
    return dir.read("tasks/" + name);
  }
  void write(const std::string& name, const std::string& text) const
  {
    dir.write("tasks/" + name, text);
  }
};

inline std::map<std::string, bool> visited(Store& store)
{
  std::map<std::string, bool> readable;
  REQUIRE(store.get_all_tasks([&](std::string_view id, const Result<Record>& record) {
    CHECK((record || record.error().kind == ErrorKind::corrupt));
    readable[std::string{id}] = bool{record};
    return true;
  }));
  return readable;
}

inline std::vector<std::string> reserve_ids(Store& store, Instant now,
                                            std::vector<Reservation>& kept)
{
  auto reservations = store.reserve_due(demand_at(now, 100));
  REQUIRE(reservations);
  std::vector<std::string> ids;
  for (auto& reservation : *reservations) {
    ids.push_back(reservation.record.id);
    kept.push_back(std::move(reservation));
  }
  return ids;
}

// A worker that reserves what is due and holds it until it is killed.
inline void hold(const Place& place, const fakes::ChildProcess::Say& say)
{
  const auto reservations = place.open()->reserve_due(demand_at(noon));
  say(reservations && reservations->size() == 1 ? "reserved" : "failed");
  ::pause();
}

}  // namespace asyncz::tests
