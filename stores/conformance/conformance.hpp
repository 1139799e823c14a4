// SPDX-License-Identifier: MIT
// What store.hpp promises, in code: tried out on any store.
#pragma once

#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores::conformance {

// What belongs together. A store may be right without the last three: then each machine has a
// history and notes of its own, and changes are found by looking each second.
enum class Group : std::uint8_t { records, reservations, fencing, history, notes, watching };

std::span<const Group> groups();
std::string_view name_of(Group group);  // `eight operations`, `reservation` …

// What a store does itself, found out by trying.
struct Traits {
  bool leases = true;  // reservations end at a time; else with their last holder
  bool shares_history = true;
  bool shares_notes = true;
  bool watches = true;

  friend bool operator==(const Traits&, const Traits&) = default;
};

// What came of one check.
struct Finding {
  Group group = Group::records;
  std::string_view check;
  std::optional<std::string> problem;
};

struct Report {
  Traits traits;
  std::vector<Finding> findings;

  [[nodiscard]] bool is_right() const;            // no check has found a problem
  [[nodiscard]] bool reaches(Group group) const;  // it does that itself, and rightly
};

// Opens the store anew, as another process on another machine would.
using OpenHandle = std::function<Result<std::unique_ptr<Store>>()>;
using Tell = std::function<void(const Finding&)>;

// Tries everything and tells of each check; leaves the store as empty as it was.
//   conflict  the store is not empty: it has tasks, a history, live workers or paused queues
//   and what opening it gives
Result<Report> try_out(const OpenHandle& open, Instant now, const Tell& tell);

}  // namespace asyncz::stores::conformance
