// SPDX-License-Identifier: MIT
// What workers do with a Redis store's records. Names and errors are those of Store.
#pragma once

#include "store/store.hpp"
#include "stores/redis/server.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores::redis {

class Claims {
 public:
  explicit Claims(Server& server) : server_{server}, keys_{server.keys.of_records()} {}

  Result<std::vector<Record>> due(const Demand& demand);
  Result<Instant> next_run_time(const Demand& demand);
  Result<std::vector<Reservation>> reserve_due(const Demand& demand);
  Result<Reservation> reserve(std::string_view id, const Demand& demand);
  Result<Store::Holder> holder(std::string_view id, Instant now);
  void ignore(const Record& record);
  std::vector<Status> extend(std::span<Reservation* const> reservations, Instant until);
  std::vector<Status> settle(std::span<const Settlement> settlements);

  // `fresh`: nothing has changed since the last answer but what we did ourselves.
  Result<Instant> next_moment(const Demand& demand, bool fresh);
  [[nodiscard]] bool held_elsewhere() const { return held_elsewhere_; }

  // Ids found since the last question whose records are not ours.
  std::vector<std::string> take_unreadable();

 private:
  struct Found {
    std::vector<Record> records;
    Instant next = never;
    bool held_elsewhere = false;
  };
  struct Query {
    const Demand& demand;
    std::size_t limit = 0;
    std::optional<Duration> lease;  // reserves
    bool with_ignored = false;
  };
  // What was asked for when `next` was answered.
  struct Known {
    std::optional<std::vector<std::pair<std::string, bool>>> only;
    std::vector<std::string> except;
    Instant next = never;
  };

  Result<Found> find(Link& link, const Query& query);
  Link::Arguments arguments_of(const Query& query);
  void note_unreadable(const Reply& ids);
  void remember(const Demand& demand, const Found& found);
  [[nodiscard]] static Known asked(const Demand& demand);
  [[nodiscard]] std::string time_given(Instant now) const;
  [[nodiscard]] Reservation reservation_of(Record record, const Demand& demand) const;
  Status extended(Reservation& reservation, const Reply& reply, Instant until) const;

  Server& server_;
  const std::vector<std::string> keys_;
  std::uint64_t claim_ = 1;   // the number of the next claim; kept until it is answered
  std::uint64_t single_ = 1;  // the same of reserve()
  std::optional<Known> known_;
  bool held_elsewhere_ = false;
  std::mutex mutex_;                            // guards what follows
  std::map<std::string, std::string> ignored_;  // id → revision, `?` where it cannot be read
  std::vector<std::string> unreadable_;
};

}  // namespace asyncz::stores::redis
