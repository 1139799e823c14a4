// SPDX-License-Identifier: MIT
#include "run/tee.hpp"

#include "run/wait.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <string>

namespace asyncz {
namespace {

// Whether all of it could be written.
bool write_all(int fd, std::span<const char> text)
{
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text = text.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

// Of this thread alone: who reads us no more shall not end us.
void block_broken_pipes()
{
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

Result<std::unique_ptr<Tee>> Tee::open(int log)
{
  std::unique_ptr<Tee> tee{new Tee{log}};
  constexpr std::array outputs{STDOUT_FILENO, STDERR_FILENO};
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      return Error{
          ErrorKind::failed, std::string{"cannot make a pipe: "} + std::strerror(errno), {}};
    }
    tee->streams_[i] = {UniqueFd{ends[1]}, UniqueFd{ends[0]}, outputs[i]};
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  }
  tee->end_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  tee->thread_ = std::jthread{[raw = tee.get()] { raw->pass_on(); }};
  return tee;
}

void Tee::started()
{
  for (auto& stream : streams_) stream.child.reset();
}

void Tee::finish()
{
  if (!thread_.joinable()) return;
  ::eventfd_write(end_.get(), 1);
  thread_.join();
}

void Tee::pass_on()
{
  block_broken_pipes();
  for (bool over = false; !over;) {
    const auto ready = wait_for(
        std::array{streams_[0].ours.get(), streams_[1].ours.get(), end_.get()}, std::nullopt);
    over = ready[2];
    for (auto& stream : streams_) drain(stream);
  }
}

// All that is there. Whoever writes to a stream that we cannot pass on is told as we were.
void Tee::drain(Stream& stream)
{
  std::array<char, 65536> buffer;  // NOLINT: filled by read()
  while (stream.ours) {
    const auto got = ::read(stream.ours.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    const std::span text{buffer.data(), static_cast<std::size_t>(got > 0 ? got : 0)};
    if (log_ >= 0) write_all(log_, text);
    if (text.empty() || !write_all(stream.to, text)) stream.ours.reset();
  }
}

}  // namespace asyncz
