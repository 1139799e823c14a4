// SPDX-License-Identifier: MIT
#include "stores/redis/subscription.hpp"

#include "base/text.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace asyncz::stores::redis {
namespace {

using namespace std::chrono_literals;

constexpr Duration between_questions = 5s;  // a wake-up that was lost costs as much
constexpr Duration first_pause = 100ms;
constexpr Duration longest_pause = 5s;

}  // namespace

Result<int> Subscription::watch()
{
  if (events_) return events_.get();
  UniqueFd events{::epoll_create1(EPOLL_CLOEXEC)};
  UniqueFd timer{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
  if (!events || !timer) return Error{ErrorKind::unavailable, "no descriptor is left", {}};
  epoll_event event{.events = EPOLLIN, .data = {}};
  ::epoll_ctl(events.get(), EPOLL_CTL_ADD, timer.get(), &event);
  events_ = std::move(events);
  timer_ = std::move(timer);
  if (auto subscribed = subscribe(); !subscribed) {
    events_.reset();
    return subscribed.error();
  }
  return events_.get();
}

Status Subscription::subscribe()
{
  auto connection = connect(server_.endpoint);
  if (!connection) return connection.error();
  const Command command{"SUBSCRIBE", server_.keys.channel};
  const auto answer = connection->exchange({&command, 1});
  if (!answer) return answer.error();
  if (answer->front().is_error()) return error_of(answer->front().text, server_.endpoint);
  epoll_event event{.events = EPOLLIN, .data = {}};
  ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, connection->fd(), &event);
  connection_.emplace(*std::move(connection));
  answered_ = true;
  pause_ = Duration{0};
  set_timer(between_questions);
  return {};
}

void Subscription::set_timer(Duration after) const
{
  const auto seconds = std::chrono::floor<std::chrono::seconds>(after);
  itimerspec time{};
  time.it_value.tv_sec = seconds.count();
  time.it_value.tv_nsec = std::chrono::nanoseconds{after - seconds}.count();
  ::timerfd_settime(timer_.get(), 0, &time, nullptr);
}

Changes Subscription::changes()
{
  Changes changes;
  if (!events_) return {.unknown = true};
  std::uint64_t expirations = 0;
  if (::read(timer_.get(), &expirations, sizeof expirations) > 0) tick(changes);
  if (connection_) read_messages(changes);
  return changes;
}

// A connection that is cut somewhere on the way looks alive until it is used.
void Subscription::tick(Changes& changes)
{
  if (!connection_) {
    if (subscribe()) {
      changes.unknown = true;
    } else {
      lose(changes);
    }
    return;
  }
  if (!std::exchange(answered_, false) || !connection_->send({"PING"})) return lose(changes);
  set_timer(between_questions);
}

void Subscription::lose(Changes& changes)
{
  if (connection_) changes.unknown = true;
  connection_.reset();
  pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
  set_timer(pause_);
}

void Subscription::read_messages(Changes& changes)
{
  const auto messages = connection_->received();
  if (!messages) return lose(changes);
  for (const auto& message : *messages) read_message(message, changes);
}

// {"message", channel, WHO, ids, a line each} or {"pong", ""}; without WHO it is about notes.
void Subscription::read_message(const Reply& message, Changes& changes)
{
  answered_ = true;
  if (message.list.size() != 3 || message.list[0].text != "message") return;
  const auto lines = split(message.list[2].text, '\n');
  if (lines[0].empty()) {
    changes.notes = true;
  } else {
    for (std::size_t i = 1; i < lines.size(); ++i) changes.ids.emplace_back(lines[i]);
  }
}

}  // namespace asyncz::stores::redis
