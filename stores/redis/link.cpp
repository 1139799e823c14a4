// SPDX-License-Identifier: MIT
#include "stores/redis/link.hpp"

#include "base/text.hpp"
#include "stores/authority.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asyncz::stores::redis {
namespace {

constexpr int most_moves = 5;  // from node to node of a cluster, until one has our keys

// How a refusal begins, and what it means.
struct Meaning {
  std::string_view beginning;
  ErrorKind kind;
  std::string_view what;  // empty: what the server says
  std::string_view hint;
};

constexpr std::array meanings{
    Meaning{"NOAUTH", ErrorKind::denied, "it wants a password",
            "give it in the URL, password_file or ASYNCZ_STORE_PASSWORD"},
    Meaning{"WRONGPASS", ErrorKind::denied, "user or password is wrong",
            "correct them in the URL, password_file or ASYNCZ_STORE_PASSWORD"},
    Meaning{"ERR invalid password", ErrorKind::denied, "the password is wrong",
            "correct it in the URL, password_file or ASYNCZ_STORE_PASSWORD"},
    Meaning{"ERR AUTH <password> called without", ErrorKind::denied, "it has no password set",
            "leave the password out, or name the user"},
    Meaning{"NOPERM", ErrorKind::denied, {}, "let this user do it: asyncz-store(7), Rights"},
    Meaning{"OOM", ErrorKind::unavailable, "its memory is full",
            "raise its maxmemory, or remove what else it keeps"},
    Meaning{"LOADING", ErrorKind::unavailable, "it is still loading its data", "try again later"},
    Meaning{"BUSY", ErrorKind::unavailable, "a script of somebody's keeps it busy",
            "try again later"},
    Meaning{"READONLY", ErrorKind::unavailable, "it is a replica that cannot be written",
            "name the primary in the store's URL"},
    Meaning{"MASTERDOWN", ErrorKind::unavailable, "it is a replica that has lost its primary",
            "name the primary in the store's URL"},
    Meaning{"MISCONF", ErrorKind::unavailable, "it cannot write its data to disk",
            "look into the server's log; its disk may be full"},
    Meaning{"NOREPLICAS", ErrorKind::unavailable, "too few of its replicas answer",
            "look at its INFO replication"},
    Meaning{"MOVED", ErrorKind::unavailable,
            "the nodes of its cluster do not agree which of them has this store",
            "try again later, or look at its CLUSTER NODES"},
    Meaning{"ASK", ErrorKind::unavailable, "its cluster is moving this store to another node",
            "try again later"},
    Meaning{"TRYAGAIN", ErrorKind::unavailable, "its cluster is moving this store to another node",
            "try again later"},
    Meaning{"CLUSTERDOWN", ErrorKind::unavailable, "its cluster is down",
            "look at its CLUSTER INFO: each slot needs a node"},
    Meaning{"CROSSSLOT", ErrorKind::usage, "in a cluster all keys of a store have one hash tag",
            hash_tag_hint},
    Meaning{"ERR SELECT is not allowed in cluster", ErrorKind::usage,
            "a cluster has database 0 alone", "leave the database out"},
    Meaning{"ERR DB index is out of range", ErrorKind::usage, "it has no such database",
            "name a smaller number"},
    Meaning{"WRONGTYPE", ErrorKind::corrupt, "something else is kept under the store's keys",
            "choose other names with tasks_key and run_times_key"},
};

// A policy that drops keys which have no expiry, as ours have not.
bool may_drop_tasks(std::string_view info)
{
  return info.find("maxmemory_policy:allkeys") != std::string_view::npos;
}

Error drops_tasks(const Endpoint& endpoint)
{
  return {ErrorKind::usage,
          "the Redis server at " + endpoint.text() +
              " drops any of its keys when its memory is full (maxmemory-policy allkeys-…), and "
              "tasks would be lost",
          "set its maxmemory-policy to noeviction"};
}

// The refusal that begins so, or nothing.
const Reply* find_refusal(const std::vector<Reply>& replies, std::string_view beginning)
{
  const auto found = std::ranges::find_if(replies, [&](const Reply& reply) {
    return reply.is_error() && reply.text.starts_with(beginning);
  });
  return found == replies.end() ? nullptr : &*found;
}

}  // namespace

Error error_of(std::string_view refusal, const Endpoint& endpoint)
{
  Error error{ErrorKind::unavailable, printable(refusal), "look into the server's log"};
  for (const auto& meaning : meanings) {
    if (!refusal.starts_with(meaning.beginning)) continue;
    error.kind = meaning.kind;
    if (!meaning.what.empty()) error.what = meaning.what;
    error.hint = meaning.hint;
    break;
  }
  return error.in("the Redis server at " + endpoint.text());
}

std::optional<Endpoint> moved_to(std::string_view refusal, const Endpoint& from)
{
  const auto words = split(refusal, ' ');
  if (words.size() != 3 || words[0] != "MOVED") return std::nullopt;
  const auto colon = words[2].rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_port(words[2].substr(colon + 1));
  if (!port) return std::nullopt;
  auto to = from;
  to.socket.clear();
  to.port = *port;
  // A node that knows no address of the other one means its own.
  if (colon > 0) to.host = words[2].substr(0, colon);
  return to;
}

Result<Connection> connect(const Endpoint& endpoint)
{
  auto connection = Connection::open(endpoint);
  if (!connection) return connection;
  const auto database = std::to_string(endpoint.database);
  std::vector<Command> greeting;
  if (endpoint.password) {
    greeting.push_back({"AUTH"});
    if (!endpoint.user.empty()) greeting.back().push_back(endpoint.user);
    greeting.back().push_back(*endpoint.password);
  }
  if (endpoint.database != 0) greeting.push_back({"SELECT", database});
  greeting.push_back({"INFO", "memory"});
  const auto replies = connection->exchange(greeting);
  if (!replies) return replies.error();
  for (const auto& reply : *replies) {
    const bool may_not_ask = &reply == &replies->back() && reply.text.starts_with("NOPERM");
    if (reply.is_error() && !may_not_ask) return error_of(reply.text, endpoint);
  }
  if (may_drop_tasks(replies->back().text)) return drops_tasks(endpoint);
  return connection;
}

void Link::move(Endpoint to)
{
  here_ = std::move(to);
  connection_.reset();
}

Result<std::vector<Reply>> Link::exchange_here(std::span<const Command> commands)
{
  const bool used_before = connection_.has_value();
  if (!used_before) {
    auto made = connect(here_);
    if (!made) return made.error();
    connection_.emplace(*std::move(made));
  }
  auto replies = connection_->exchange(commands);
  if (replies) return replies;
  const bool closed = connection_->was_closed();
  connection_.reset();
  return used_before && closed ? exchange_here(commands) : replies;
}

// All keys of a store lie together, so that what one command is told holds for all of them.
Result<std::vector<Reply>> Link::exchange(std::span<const Command> commands)
{
  for (int moves = 0;; ++moves) {
    auto replies = exchange_here(commands);
    if (!replies) {
      move(endpoint_);  // whoever has our keys now, the node that we were told of will know
      return replies;
    }
    const auto* const refusal = find_refusal(*replies, "MOVED");
    auto to = refusal != nullptr ? moved_to(refusal->text, here_) : std::nullopt;
    if (!to || moves == most_moves) return replies;
    move(*std::move(to));
  }
}

Result<std::vector<Reply>> Link::ask(std::span<const Command> commands)
{
  const std::lock_guard lock{mutex_};
  auto replies = exchange(commands);
  if (!replies) return replies;
  for (const auto& reply : *replies) {
    if (reply.is_error()) return error_of(reply.text, here_);
  }
  return replies;
}

Result<Reply> Link::ask(const Command& command)
{
  auto replies = ask(std::span{&command, 1});
  if (!replies) return replies.error();
  return std::move(replies->front());
}

// The second word of `commands` is filled in here. A server that was restarted has forgotten its
// scripts, and one that we were sent to by another never had them.
Result<std::vector<Reply>> Link::run_digest(const Script& script, std::span<Command> commands)
{
  const auto text = std::string{script.steps} + std::string{script.body};
  for (int loads = 0;; ++loads) {
    if (digests_.contains(&script)) {
      for (auto& command : commands) command[1] = digests_.at(&script);
      auto replies = exchange(commands);
      if (!replies || find_refusal(*replies, "NOSCRIPT") == nullptr || loads > most_moves) {
        return replies;
      }
    }
    const Command load{"SCRIPT", "LOAD", text};
    auto loaded = exchange({&load, 1});
    if (!loaded) return loaded;
    if (loaded->front().is_error()) return error_of(loaded->front().text, here_);
    digests_.insert_or_assign(&script, std::move(loaded->front().text));
  }
}

Result<std::vector<Reply>> Link::run(const Script& script, const std::vector<std::string>& keys,
                                     std::span<const Arguments> calls)
{
  const auto key_count = std::to_string(keys.size());
  std::vector<Command> commands;
  for (const auto& arguments : calls) {
    auto& command = commands.emplace_back(Command{"EVALSHA", {}, key_count});
    command.insert(command.end(), keys.begin(), keys.end());
    command.insert(command.end(), arguments.begin(), arguments.end());
  }
  const std::lock_guard lock{mutex_};
  auto replies = run_digest(script, commands);
  if (!replies) return replies;
  for (const auto& reply : *replies) {
    if (reply.is_error()) return error_of(reply.text, here_);
  }
  return replies;
}

Result<Reply> Link::run(const Script& script, const std::vector<std::string>& keys,
                        const Arguments& arguments)
{
  auto replies = run(script, keys, std::span{&arguments, 1});
  if (!replies) return replies.error();
  return std::move(replies->front());
}

}  // namespace asyncz::stores::redis
