// SPDX-License-Identifier: MIT
#include "stores/redis/connection.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <hiredis/hiredis.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace asyncz::stores::redis {
namespace {

timeval timeval_of(Duration duration)
{
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  timeval time{};
  time.tv_sec = seconds.count();
  time.tv_usec = (duration - seconds).count();
  return time;
}

Reply reply_of(const redisReply& from)
{
  Reply reply;
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::integer;
      reply.integer = from.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::text;
      reply.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::error;
      reply.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::list;
      reply.list.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i) {
        reply.list.push_back(reply_of(*from.element[i]));
      }
      break;
    default:
      break;
  }
  return reply;
}

// In the form that the server reads: `*2\r\n$3\r\nGET\r\n$1\r\na\r\n`.
void append_command(std::string& bytes, const Command& command)
{
  bytes += '*' + std::to_string(command.size()) + "\r\n";
  for (const auto word : command) {
    bytes += '$' + std::to_string(word.size()) + "\r\n";
    bytes += word;
    bytes += "\r\n";
  }
}

struct FreeReply {
  void operator()(redisReply* reply) const { ::freeReplyObject(reply); }
};
using OwnedReply = std::unique_ptr<redisReply, FreeReply>;

}  // namespace

std::optional<Instant> time_in(const Reply& answer)
{
  const auto seconds = parse_number<std::uint32_t>(answer.at(0).text);
  const auto us = parse_number<std::uint32_t>(answer.at(1).text);
  if (!seconds || !us) return std::nullopt;
  return Instant{std::chrono::seconds{*seconds} + std::chrono::microseconds{*us}};
}

std::string Endpoint::text() const
{
  return socket.empty() ? printable(host) + ":" + std::to_string(port) : printable(socket);
}

void Connection::Close::operator()(redisContext* context) const { ::redisFree(context); }

Connection::Connection(std::unique_ptr<redisContext, Close> context, const Endpoint& endpoint)
    : context_{std::move(context)}, where_{endpoint.text()}, timeout_{endpoint.timeout}
{
}

Result<Connection> Connection::open(const Endpoint& endpoint)
{
  const auto timeout = timeval_of(endpoint.timeout);
  std::unique_ptr<redisContext, Close> context{
      endpoint.socket.empty()
          ? ::redisConnectWithTimeout(endpoint.host.c_str(), endpoint.port, timeout)
          : ::redisConnectUnixWithTimeout(endpoint.socket.c_str(), timeout)};
  if (!context) return Error{ErrorKind::unavailable, "out of memory", {}};
  Connection connection{std::move(context), endpoint};
  auto& made = *connection.context_;
  if (made.err != 0) return connection.broken();
  ::fcntl(made.fd, F_SETFD, FD_CLOEXEC);
  const bool set = ::redisSetTimeout(&made, timeout) == REDIS_OK &&
                   (!endpoint.socket.empty() || ::redisEnableKeepAlive(&made) == REDIS_OK);
  if (!set) return connection.broken();
  return connection;
}

int Connection::fd() const { return context_->fd; }

Error Connection::broken()
{
  std::string why = printable(context_->errstr);
  const bool timed_out = context_->err == REDIS_ERR_IO && (errno == EAGAIN || errno == ETIMEDOUT);
  closed_ = !timed_out;
  if (timed_out) why = "no answer within " + duration_text(timeout_);
  return {ErrorKind::unavailable, "the Redis server at " + where_ + " cannot be used: " + why,
          "start it, or correct the store's URL"};
}

// Not hiredis' own writing, which a closed connection would answer with SIGPIPE.
Status Connection::send_all(std::string_view bytes)
{
  while (!bytes.empty()) {
    const auto sent = ::send(context_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      const int error = errno;
      context_->err = REDIS_ERR_IO;
      std::strncpy(context_->errstr, std::strerror(error), sizeof context_->errstr - 1);
      errno = error;
      return broken();
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Status Connection::send(const Command& command)
{
  std::string bytes;
  append_command(bytes, command);
  return send_all(bytes);
}

Result<std::vector<Reply>> Connection::exchange(std::span<const Command> commands)
{
  std::string bytes;
  for (const auto& command : commands) append_command(bytes, command);
  if (auto sent = send_all(bytes); !sent) return sent.error();
  std::vector<Reply> replies;
  replies.reserve(commands.size());
  while (replies.size() < commands.size()) {
    void* reply = nullptr;
    errno = 0;
    if (::redisGetReply(context_.get(), &reply) != REDIS_OK) return broken();
    replies.push_back(reply_of(*OwnedReply{static_cast<redisReply*>(reply)}));
  }
  return replies;
}

Result<std::vector<Reply>> Connection::received()
{
  std::vector<Reply> replies;
  for (;;) {
    pollfd poll{.fd = context_->fd, .events = POLLIN};
    if (::poll(&poll, 1, 0) <= 0) return replies;
    errno = 0;
    if (::redisBufferRead(context_.get()) != REDIS_OK) return broken();
    for (;;) {
      void* reply = nullptr;
      if (::redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) return broken();
      if (reply == nullptr) break;
      replies.push_back(reply_of(*OwnedReply{static_cast<redisReply*>(reply)}));
    }
  }
}

}  // namespace asyncz::stores::redis
