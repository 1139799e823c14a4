// SPDX-License-Identifier: MIT
#include "stores/file/watcher.hpp"

#include "base/text.hpp"
#include "stores/file/disk.hpp"
#include "stores/file/locks.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace asyncz::stores {
namespace {

// Content is complete before a name appears, so that writing and closing need no watch.
constexpr std::uint32_t name_events =
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_ONLYDIR;

// Watches what the descriptor is, wherever its path leads by now.
int add_watch(int inotify, int fd, std::uint32_t events)
{
  return ::inotify_add_watch(inotify, ("/proc/self/fd/" + std::to_string(fd)).c_str(), events);
}

}  // namespace

Status Watcher::start()
{
  const auto what = "cannot watch '" + printable(folder_.path()) + "'";
  const auto notes = folder_.inner("notes", true);
  if (!notes) return notes.error();
  UniqueFd fd{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
  if (!fd) return Error{ErrorKind::unavailable, what + ": no inotify instance is left", {}};
  names_ = add_watch(fd.get(), folder_.fd(), name_events);
  if (names_ < 0) names_ = ::inotify_add_watch(fd.get(), folder_.path().c_str(), name_events);
  notes_ = add_watch(fd.get(), notes->get(), IN_MOVED_TO | IN_DELETE);
  if (names_ < 0) {
    return Error{ErrorKind::unavailable, what + ": no inotify watch is left",
                 "raise fs.inotify.max_user_watches"};
  }
  fd_ = std::move(fd);
  return {};
}

Status Watcher::watch_running(bool on)
{
  if (!fd_ || on == watches_running()) return {};
  if (!on) {
    ::inotify_rm_watch(fd_.get(), std::exchange(running_, -1));
    return {};
  }
  const auto path = folder_.inner_path("running");
  running_ = ::inotify_add_watch(fd_.get(), path.c_str(), IN_CLOSE_WRITE | IN_ONLYDIR);
  return running_ >= 0 ? Status{} : disk_error("cannot watch '" + printable(path) + "'", errno);
}

Result<Watcher::Events> Watcher::read()
{
  Events events;
  alignas(inotify_event) std::array<char, 65536> buffer;
  for (;;) {
    const auto size = ::read(fd_.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event = {};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const auto* name = buffer.data() + at + sizeof event;
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) events.missed = true;
      if (event.wd == running_ && (event.mask & IN_CLOSE_WRITE) != 0) events.running = true;
      if (event.wd == notes_) events.notes = true;
      if (event.wd != names_) continue;
      if ((event.mask & (IN_DELETE_SELF | IN_UNMOUNT)) != 0) {
        return Error{ErrorKind::unavailable,
                     "the store '" + printable(folder_.path()) + "' has been removed",
                     {}};
      }
      if (event.len > 0) events.names.emplace(name);
    }
  }
  return events;
}

}  // namespace asyncz::stores
