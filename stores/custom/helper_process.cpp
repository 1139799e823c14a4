// SPDX-License-Identifier: MIT
#include "stores/custom/helper_process.hpp"

#include "base/text.hpp"
#include "store/wire.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace asyncz::stores {
namespace {

constexpr std::string_view secret_prefix = "ASYNCZ_STORE_ENCRYPTION_KEY";
constexpr std::size_t longest_complaint = 4096;
constexpr int pieces_at_a_time = 16;  // of its stderr, which may never end
constexpr int farewell_ms = 1000;     // how long it may take to end after its stdin has

std::vector<char*> environment_without_keys()
{
  std::vector<char*> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view{*entry}.starts_with(secret_prefix)) kept.push_back(*entry);
  }
  kept.push_back(nullptr);
  return kept;
}

bool becomes_readable(int fd, int ms)
{
  pollfd poll{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&poll, 1, ms) == 1;
}

// What posix_spawn(3) is told, freed with it.
struct SpawnOptions {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};

  SpawnOptions()
  {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnOptions()
  {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
  }
  SpawnOptions(const SpawnOptions&) = delete;
  SpawnOptions& operator=(const SpawnOptions&) = delete;
};

}  // namespace

Result<std::string> find_helper(const std::string& name)
{
  const char* const path = std::getenv("PATH");
  for (const auto folder : split(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
    if (!folder.starts_with('/')) continue;
    auto file = std::string{folder} + "/" + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return Error{ErrorKind::usage, "there is no program " + name + " on the PATH",
               "put it into one of the PATH's folders; asyncz-store-protocol(7) says how to "
               "write one"};
}

// --- Beginning and end ---------------------------------------------------------------------------

Result<std::unique_ptr<HelperProcess>> HelperProcess::start(const HelperProgram& program)
{
  std::unique_ptr<HelperProcess> helper{new HelperProcess{program}};
  // Its stdin is a socket, so that writing to one that has ended raises no signal here.
  std::array<int, 2> in{-1, -1};
  std::array<int, 2> out{-1, -1};
  std::array<int, 2> err{-1, -1};
  const bool made = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in.data()) == 0 &&
                    ::pipe2(out.data(), O_CLOEXEC) == 0 && ::pipe2(err.data(), O_CLOEXEC) == 0;
  const UniqueFd its_in{in[0]};
  const UniqueFd its_out{out[1]};
  const UniqueFd its_err{err[1]};
  helper->in_.reset(in[1]);
  helper->out_.reset(out[0]);
  helper->err_.reset(err[0]);
  helper->timer_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!made || !helper->timer_) {
    return Error{
        ErrorKind::unavailable, program.name + " cannot be started: " + std::strerror(errno), {}};
  }
  for (const auto* fd : {&helper->in_, &helper->out_, &helper->err_}) {
    ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
  }
  auto spawned = helper->spawn(its_in.get(), its_out.get(), its_err.get());
  if (!spawned) return spawned.error();
  return helper;
}

Status HelperProcess::spawn(int in, int out, int err)
{
  SpawnOptions options;
  ::posix_spawn_file_actions_adddup2(&options.files, in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&options.files, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&options.files, err, STDERR_FILENO);
  std::string word = program_.name;
  std::array<char*, 2> words{word.data(), nullptr};
  auto environment = environment_without_keys();
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, program_.path.c_str(), &options.files, &options.attributes,
                                   words.data(), environment.data());
  if (failed != 0) {
    return Error{ErrorKind::unavailable,
                 "'" + printable(program_.path) + "' cannot be started: " + std::strerror(failed),
                 "make it executable; its first line names its interpreter"};
  }
  process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  return {};
}

HelperProcess::~HelperProcess()
{
  in_.reset();
  out_.reset();
  if (!process_) return;
  if (!becomes_readable(process_.get(), farewell_ms)) {
    ::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
  }
  if (err_) pass_on_stderr();
  how_it_ended();
}

// Waits for that, which a SIGKILL or the end of its output has brought about.
std::string HelperProcess::how_it_ended()
{
  siginfo_t info{};
  const auto process = static_cast<id_t>(process_.get());
  if (::waitid(static_cast<idtype_t>(P_PIDFD), process, &info, WEXITED) != 0) return "has ended";
  process_.reset();
  if (info.si_code == CLD_EXITED) return "has ended with status " + std::to_string(info.si_status);
  return "was ended by signal " + std::to_string(info.si_status);
}

Error HelperProcess::ended()
{
  ended_ = true;
  in_.reset();
  std::string how = "has closed its output";
  if (process_ && becomes_readable(process_.get(), farewell_ms)) how = how_it_ended();
  pass_on_stderr();
  return {ErrorKind::unavailable, program_.name + " " + how, "look at what it said before"};
}

// --- Lines ---------------------------------------------------------------------------------------

void HelperProcess::start_timer() const
{
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(program_.timeout);
  const auto rest = std::chrono::nanoseconds{program_.timeout - whole};
  const itimerspec once{.it_interval = {}, .it_value = {whole.count(), rest.count()}};
  ::timerfd_settime(timer_.get(), 0, &once, nullptr);
}

// Until `fd` is ready or the timer has run out; stderr is passed on meanwhile.
Status HelperProcess::wait_for(int fd, short events)
{
  for (;;) {
    std::array<pollfd, 3> polled{{{.fd = fd, .events = events, .revents = 0},
                                  {.fd = timer_.get(), .events = POLLIN, .revents = 0},
                                  {.fd = err_.get(), .events = POLLIN, .revents = 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[2].revents != 0) pass_on_stderr();
    if (polled[0].revents != 0) return {};
    if (polled[1].revents == 0) continue;
    return Error{ErrorKind::unavailable,
                 program_.name + " does not answer within " + duration_text(program_.timeout),
                 "look at what it waits for, or give it more time with the parameter timeout"};
  }
}

Status HelperProcess::write_line(std::string line)
{
  if (!in_) return ended();
  line += '\n';
  start_timer();
  for (std::string_view left = line; !left.empty();) {
    const auto written = ::send(in_.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      if (auto ready = wait_for(in_.get(), POLLOUT); !ready) return ready;
    } else if (errno != EINTR) {
      return ended();
    }
  }
  return {};
}

// Whether something was there to be read.
Result<bool> HelperProcess::read_some()
{
  std::array<char, 65536> chunk{};
  const auto got = ::read(out_.get(), chunk.data(), chunk.size());
  if (got > 0) answers_.append({chunk.data(), static_cast<std::size_t>(got)});
  if (got > 0) return true;
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  return ended();
}

Result<std::optional<std::string>> HelperProcess::take_line()
{
  for (;;) {
    if (auto line = answers_.take()) return line;
    if (answers_.size() > wire::longest_line) {
      return Error{ErrorKind::corrupt,
                   program_.name + " says a line longer than " +
                       std::to_string(wire::longest_line) + " bytes",
                   {}};
    }
    const auto got = read_some();
    if (!got) return got.error();
    if (!*got) return std::optional<std::string>{};
  }
}

Result<std::string> HelperProcess::read_line()
{
  start_timer();
  for (;;) {
    auto line = take_line();
    if (!line) return line.error();
    if (*line) return *std::move(*line);
    if (auto ready = wait_for(out_.get(), POLLIN); !ready) return ready.error();
  }
}

// What is there, or as much of it as keeps nobody from looking at the time.
void HelperProcess::pass_on_stderr()
{
  std::array<char, 4096> chunk{};
  for (int piece = 0; piece < pieces_at_a_time; ++piece) {
    const auto got = ::read(err_.get(), chunk.data(), chunk.size());
    if (got < 0) return;
    const bool at_end = got == 0;
    complaints_.append({chunk.data(), static_cast<std::size_t>(got)});
    if (at_end || complaints_.size() > longest_complaint) complaints_.append("\n");
    while (const auto line = complaints_.take()) {
      if (!line->empty()) program_.tell(program_.name + ": " + *line);
    }
    if (at_end) return err_.reset();
  }
}

}  // namespace asyncz::stores
