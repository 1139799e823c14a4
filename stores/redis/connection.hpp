// SPDX-License-Identifier: MIT
// One connection to a Redis server: commands out, replies in. The only user of hiredis.
#pragma once

#include "base/result.hpp"
#include "time/instant.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct redisContext;

namespace asyncz::stores::redis {

// Where a server is, and who we are there.
struct Endpoint {
  std::string host = "localhost";
  int port = 6379;
  std::string socket;  // a unix socket instead of host and port
  std::string user;
  std::optional<std::string> password;
  int database = 0;
  Duration timeout = std::chrono::seconds{5};  // for connecting, and for each answer

  // For messages: host and port, or the socket; no secrets.
  [[nodiscard]] std::string text() const;
};

struct Reply {
  enum class Kind : std::uint8_t { nil, integer, text, list, error };
  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;  // of an error its message
  std::vector<Reply> list;

  [[nodiscard]] bool is_error() const { return kind == Kind::error; }
  // The part at `index`, nil where there is none: no server is trusted to give as many as it
  // should.
  [[nodiscard]] const Reply& at(std::size_t index) const
  {
    static const Reply nil;
    return index < list.size() ? list[index] : nil;
  }
};

// The moment in the answer to TIME; nothing where it is none.
[[nodiscard]] std::optional<Instant> time_in(const Reply& answer);

using Command = std::vector<std::string_view>;

class Connection {
 public:
  // Connects; nothing has been said to the server yet.
  //   unavailable
  static Result<Connection> open(const Endpoint& endpoint);

  // Sends all commands and gives their replies in order; one that the server refuses is a reply
  // too. After a failure the connection is of no use any more.
  //   unavailable
  Result<std::vector<Reply>> exchange(std::span<const Command> commands);

  // For a connection that the server pushes messages to:
  Status send(const Command& command);
  // What has come, without waiting.
  Result<std::vector<Reply>> received();
  [[nodiscard]] int fd() const;

  // Whether the failure was that the server has gone, not that it is slow.
  [[nodiscard]] bool was_closed() const { return closed_; }

 private:
  struct Close {
    void operator()(redisContext* context) const;
  };

  Connection(std::unique_ptr<redisContext, Close> context, const Endpoint& endpoint);
  Status send_all(std::string_view bytes);
  Error broken();

  std::unique_ptr<redisContext, Close> context_;
  std::string where_;
  Duration timeout_;
  bool closed_ = false;
};

}  // namespace asyncz::stores::redis
