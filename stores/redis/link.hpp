// SPDX-License-Identifier: MIT
// The way to a Redis server: a connection made when it is needed and made anew when it is lost,
// scripts that the server keeps, and what its refusals mean to us.
#pragma once

#include "stores/redis/connection.hpp"
#include "stores/redis/scripts.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores::redis {

// What to do where a store's keys could lie on several nodes of a cluster.
inline constexpr std::string_view hash_tag_hint =
    "give them one with the parameter key_prefix, such as {asyncz}: (?key_prefix={asyncz}: at the "
    "URL's end)";

// What a refusal of the server's means.
[[nodiscard]] Error error_of(std::string_view refusal, const Endpoint& endpoint);

// Where a node of a cluster says that a key's slot is (`MOVED 3999 127.0.0.1:6381`), reached as it
// is itself; nothing where it says something else.
[[nodiscard]] std::optional<Endpoint> moved_to(std::string_view refusal, const Endpoint& from);

// A connection that the server knows us on, with our database chosen.
//   unavailable
//   denied       password, user or their rights
//   usage        the server may drop tasks when its memory is full
Result<Connection> connect(const Endpoint& endpoint);

// Every member may be called by any thread; calls wait for each other. Where a connection that was
// used before turns out to be lost, a call is made again on a new one: what is asked must come to
// the same when it is done twice. A node of a cluster that names another one is followed there.
// Errors: those of connect() and error_of().
class Link {
 public:
  explicit Link(const Endpoint& endpoint) : endpoint_{endpoint} {}

  // In one round trip; a refusal of any is an error.
  Result<std::vector<Reply>> ask(std::span<const Command> commands);
  Result<Reply> ask(const Command& command);

  // Calls of one script, each with its own arguments.
  using Arguments = std::vector<std::string>;
  Result<std::vector<Reply>> run(const Script& script, const std::vector<std::string>& keys,
                                 std::span<const Arguments> calls);
  Result<Reply> run(const Script& script, const std::vector<std::string>& keys,
                    const Arguments& arguments);

 private:
  Result<std::vector<Reply>> exchange(std::span<const Command> commands);
  Result<std::vector<Reply>> exchange_here(std::span<const Command> commands);
  Result<std::vector<Reply>> run_digest(const Script& script, std::span<Command> commands);
  void move(Endpoint to);

  const Endpoint endpoint_;
  std::mutex mutex_;
  Endpoint here_{endpoint_};  // of a cluster the node that has our keys, as far as known
  std::optional<Connection> connection_;
  std::map<const Script*, std::string> digests_;  // of scripts that this server was given
};

}  // namespace asyncz::stores::redis
