// SPDX-License-Identifier: MIT
// What a service manager wants to hear: sd_notify(3)'s protocol, of which a few lines are all.
#pragma once

#include "run/wait.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace asyncz {

// Speaks to the socket of $NOTIFY_SOCKET; silent where there is none.
class ServiceManager {
 public:
  ServiceManager();

  void tell(std::string_view state);  // `READY=1`

  // How often it wants to hear WATCHDOG=1, halved; nothing where it does not.
  [[nodiscard]] std::optional<Steady::duration> watchdog() const { return watchdog_; }

 private:
  std::string socket_;
  std::optional<Steady::duration> watchdog_;
};

}  // namespace asyncz
