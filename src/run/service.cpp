// SPDX-License-Identifier: MIT
#include "run/service.hpp"

#include "base/number.hpp"
#include "base/unique_fd.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace asyncz {
namespace {

std::optional<std::int64_t> number_from(const char* text)
{
  return text == nullptr ? std::nullopt : parse_number<std::int64_t>(text);
}

}  // namespace

ServiceManager::ServiceManager()
{
  if (const char* path = std::getenv("NOTIFY_SOCKET")) socket_ = path;
  const auto interval = number_from(std::getenv("WATCHDOG_USEC"));
  const auto pid = number_from(std::getenv("WATCHDOG_PID"));
  if (interval && *interval > 0 && pid.value_or(::getpid()) == ::getpid()) {
    watchdog_ = std::chrono::microseconds{*interval / 2};
  }
}

void ServiceManager::tell(std::string_view state)
{
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  static_cast<void>(::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), length) < 0);
}

}  // namespace asyncz
