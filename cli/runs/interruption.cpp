// SPDX-License-Identifier: MIT
#include "cli/runs/interruption.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace asyncz::cli {

Interruption::Interruption()
{
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int each : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&wanted, each);
  ::pthread_sigmask(SIG_BLOCK, &wanted, &before_);
  fd_.reset(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
}

Interruption::~Interruption() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

std::optional<int> Interruption::signal() const
{
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace asyncz::cli
