// SPDX-License-Identifier: MIT
#include "stores/custom/watching.hpp"

#include "base/json.hpp"

#include <sys/epoll.h>

#include <cerrno>
#include <cstring>

namespace asyncz::stores {

Status Watching::begin()
{
  auto helper = helpers_.take();
  if (!helper) return helper.error();
  if (const auto watches = (*helper)->ask("watch", {}); !watches) return watches.error();
  epoll_event event{.events = EPOLLIN, .data = {}};
  if (::epoll_ctl(any_.get(), EPOLL_CTL_ADD, (*helper)->process().fd(), &event) != 0) {
    return Error{
        ErrorKind::failed, std::string{"changes cannot be watched: "} + std::strerror(errno), {}};
  }
  helper_ = *std::move(helper);
  return {};
}

Result<int> Watching::watch()
{
  if (any_) return any_.get();
  any_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (auto begun = begin(); !begun) return begun.error();
  return any_.get();
}

// One that has ended takes its descriptor out of the epoll with it; the next question starts
// another, and what happened meanwhile is not known.
Result<Changes> Watching::changes()
{
  Changes changes;
  if (!any_) return Changes{.unknown = true};
  if (!helper_) {
    if (auto begun = begin(); !begun) return begun.error();
    return Changes{.unknown = true};
  }
  for (;;) {
    auto line = helper_->process().take_line();
    if (!line) helper_.reset();
    if (!line) return line.error();
    if (!*line) return changes;
    const auto message = parse_json(**line);
    const auto* changed = message ? message->find("changed") : nullptr;
    const auto* ids = changed != nullptr ? changed->get<ValueList>() : nullptr;
    if (ids == nullptr) changes.unknown = true;
    for (const auto& id : ids != nullptr ? *ids : ValueList{}) {
      const auto* text = id.get<std::string>();
      text != nullptr ? changes.ids.push_back(*text) : void(changes.unknown = true);
    }
  }
}

}  // namespace asyncz::stores
