// SPDX-License-Identifier: MIT
// What a Redis server announces of a store's changes, through one descriptor that stays the same
// while connections come and go.
#pragma once

#include "base/unique_fd.hpp"
#include "store/store.hpp"
#include "stores/redis/server.hpp"

#include <optional>
#include <string>

namespace asyncz::stores::redis {

class Subscription {
 public:
  explicit Subscription(const Server& server) : server_{server} {}

  Result<int> watch();
  Changes changes();

  // Whether every change since the last changes() can be known of.
  [[nodiscard]] bool is_alive() const { return connection_.has_value(); }

 private:
  Status subscribe();
  void read_messages(Changes& changes);
  void read_message(const Reply& message, Changes& changes);
  void tick(Changes& changes);
  void lose(Changes& changes);
  void set_timer(Duration after) const;

  const Server& server_;
  UniqueFd events_;  // readable when one of the two below is
  UniqueFd timer_;   // to ask whether the server is there, or to connect again
  std::optional<Connection> connection_;
  bool answered_ = true;  // the last question whether it is there
  Duration pause_{0};     // until the next try to connect
};

}  // namespace asyncz::stores::redis
