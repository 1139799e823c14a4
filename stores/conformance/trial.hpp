// SPDX-License-Identifier: MIT
// One check under way: handles of the store, and the first thing that is not as promised.
#pragma once

#include "stores/conformance/conformance.hpp"

#include <mutex>
#include <utility>

namespace asyncz::stores::conformance {

// Steps go on after a problem, with empty values in the place of missing ones. Any thread may use
// it.
class Trial {
 public:
  Trial(const OpenHandle& open, const Traits& found, Instant now)
      : noon{now - std::chrono::days{1}}, traits{found}, open_{open}
  {
  }

  // Of the records that are due. What is soon after is past by every clock as well.
  const Instant noon;
  const Traits traits;

  // A handle as a process of its own would have; it lives until the check ends.
  Store& open();

  void holds(bool is_so, std::string_view what);
  bool succeeds(const Status& status, std::string_view what);
  template <class T>
  T value(Result<T> result, std::string_view what)
  {
    succeeds(result ? Status{} : Status{result.error()}, what);
    return result ? *std::move(result) : T{};
  }
  template <class Outcome>
  void fails(const Outcome& outcome, ErrorKind kind, std::string_view what)
  {
    holds(!outcome && outcome.error().kind == kind, what);
  }

  [[nodiscard]] std::optional<std::string> problem() const { return problem_; }

 private:
  void add_problem(std::string problem);

  const OpenHandle& open_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Store>> handles_;
  std::optional<std::string> problem_;
};

struct Check {
  Group group;
  std::string_view name;
  void (*run)(Trial&);
};

std::span<const Check> record_checks();
std::span<const Check> reservation_checks();
std::span<const Check> crowd_checks();
std::span<const Check> journal_checks();
std::span<const Check> watching_checks();

// --- Records and demands -------------------------------------------------------------------------

Record record_of(std::string id, Instant moment, std::string queue = "default", int priority = 0);
RunRecord run_of(std::uint64_t tag, std::uint64_t fence, Instant recorded);
Demand demand_at(Instant now, std::size_t limit = 1);

// The record as a user's edit leaves it, and as a worker does after a run.
Record edited(Record record, std::string_view sealed);
Record settled(const Reservation& reservation, Instant next);

std::vector<std::string> ids_of(const std::vector<Record>& records);
std::vector<std::string> ids_of(const std::vector<Reservation>& reservations);
std::vector<std::string> all_ids(Trial& trial, Store& store);

// The one reservation that is to be had.
Reservation reserve_one(Trial& trial, Store& store, Instant now);
std::size_t count_due(Trial& trial, Store& store, Instant now);
Status settle_one(Store& store, Reservation& reservation, std::optional<Record> record);

}  // namespace asyncz::stores::conformance
