// SPDX-License-Identifier: MIT
// A vfork of our own: the child shares our memory until its program begins, so it makes nothing but
// system calls on what was prepared before, and leaves word where it failed. For another user it is
// a fork, which keeps nobody waiting, and the word comes through a pipe.
#include "run/spawner.hpp"

#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#if defined(__clang__)
#define ASYNCZ_IN_CHILD __attribute__((no_sanitize("address", "thread", "undefined")))
#else
#define ASYNCZ_IN_CHILD \
  __attribute__((no_sanitize_address, no_sanitize_thread, no_sanitize_undefined))
#endif

// The thread sanitizer takes a clone() for a fork, after which it forgets all other threads; the C
// library's own name of the call is unknown to it.
#if defined(__SANITIZE_THREAD__)
extern "C" int __clone(int (*function)(void*), void* stack, int flags, void* argument, ...);
#define ASYNCZ_CLONE __clone
#else
#define ASYNCZ_CLONE ::clone
#endif

namespace asyncz {
namespace {

enum class Stage : std::uint8_t { descriptors, limits, user, directory, program };

// Where a child failed; `error` is 0 where it did not.
struct Word {
  Stage stage = Stage::descriptors;
  int error = 0;
};

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

// All that the child needs, as the kernel wants it. It writes nothing but `word`.
struct Plan {
  const ChildSpec* spec = nullptr;
  std::vector<std::string> candidates;  // paths to try, in order
  std::vector<char*> argv;
  std::vector<char*> script_argv;  // for a script without `#!`: /bin/sh, its path, arguments
  std::vector<char*> envp;
  std::optional<Account> account;
  const std::vector<int>* changed_signals = nullptr;
  int null_fd = -1;
  int word_fd = -1;  // of a fork: where `word` goes
  pid_t parent = 0;
  volatile Word word;
};

constexpr int first_high_fd = 200;   // beyond what scripts use by number
constexpr int start_patience = 100;  // milliseconds

template <class... Arguments>
ASYNCZ_IN_CHILD long call(long number, Arguments... arguments)
{
  return ::syscall(number, arguments...);
}

// The kernel's own form of a signal's disposition, for the call without the C library's wrapper.
struct KernelAction {
  void (*handler)(int) = nullptr;
  unsigned long flags = 0;
  void (*restorer)() = nullptr;
  std::uint64_t mask = 0;
};

ASYNCZ_IN_CHILD void reset_signals(const std::vector<int>& changed)
{
  const KernelAction standard;
  for (const int signal : changed) {
    call(SYS_rt_sigaction, signal, &standard, nullptr, sizeof standard.mask);
  }
  const std::uint64_t nothing = 0;
  call(SYS_rt_sigprocmask, SIG_SETMASK, &nothing, nullptr, sizeof nothing);
}

ASYNCZ_IN_CHILD bool arrange_descriptors(const Plan& plan)
{
  const auto& spec = *plan.spec;
  const int input = spec.stdin_fd >= 0 ? spec.stdin_fd : plan.null_fd;
  const int output = spec.output_fd >= 0 ? spec.output_fd : plan.null_fd;
  if (call(SYS_dup3, input, 0, 0) < 0 && errno != EINVAL) return false;
  if (call(SYS_dup3, output, 1, 0) < 0 && errno != EINVAL) return false;
  const int errors = spec.error_fd >= 0 ? spec.error_fd : output;
  if (call(SYS_dup3, errors, 2, 0) < 0 && errno != EINVAL) return false;
  const unsigned all = ~0U;
  call(SYS_close_range, 3U, all, 4U /* CLOSE_RANGE_CLOEXEC */);
  if (spec.lock_fd < 0) return true;
  if (call(SYS_fcntl, spec.lock_fd, F_DUPFD, first_high_fd) >= 0) return true;
  return call(SYS_fcntl, spec.lock_fd, F_SETFD, 0) >= 0;
}

ASYNCZ_IN_CHILD bool apply_limits(const Plan& plan)
{
  const auto& spec = *plan.spec;
  for (const auto& [resource, value] : spec.limits) {
    const std::array<std::uint64_t, 2> limit{value, value};
    if (call(SYS_prlimit64, 0, resource, limit.data(), nullptr) < 0) return false;
  }
  if (spec.nice && call(SYS_setpriority, PRIO_PROCESS, 0, *spec.nice) < 0) return false;
  if (spec.umask) call(SYS_umask, *spec.umask);
  return true;
}

// Of the whole process, which the C library's own calls are not for a child that shares memory.
ASYNCZ_IN_CHILD bool become(const Account& account)
{
  return call(SYS_setgroups, account.groups.size(), account.groups.data()) == 0 &&
         call(SYS_setresgid, account.gid, account.gid, account.gid) == 0 &&
         call(SYS_setresuid, account.uid, account.uid, account.uid) == 0;
}

ASYNCZ_IN_CHILD void try_programs(Plan& plan)
{
  int worst = ENOENT;
  for (const auto& path : plan.candidates) {
    call(SYS_execve, path.c_str(), plan.argv.data(), plan.envp.data());
    if (errno == ENOEXEC) {
      plan.script_argv[1] = const_cast<char*>(path.c_str());
      call(SYS_execve, "/bin/sh", plan.script_argv.data(), plan.envp.data());
      errno = ENOEXEC;
    }
    if (errno != ENOENT && errno != ENOTDIR) worst = errno;
    if (worst != ENOENT && worst != EACCES) break;
  }
  plan.word.error = worst;
}

ASYNCZ_IN_CHILD bool prepare(Plan& plan)
{
  const auto& spec = *plan.spec;
  reset_signals(*plan.changed_signals);
  call(SYS_setpgid, 0, 0);
  plan.word.stage = Stage::descriptors;
  if (!arrange_descriptors(plan)) return false;
  plan.word.stage = Stage::limits;
  if (!apply_limits(plan)) return false;
  plan.word.stage = Stage::user;
  if (plan.account && !become(*plan.account)) return false;
  if (spec.die_with_parent) {
    call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    if (call(SYS_getppid) != plan.parent) return false;
  }
  plan.word.stage = Stage::directory;
  if (!spec.cwd.empty() && call(SYS_chdir, spec.cwd.c_str()) < 0) return false;
  plan.word.stage = Stage::program;
  return true;
}

ASYNCZ_IN_CHILD int run_child(void* argument)
{
  auto& plan = *static_cast<Plan*>(argument);
  if (prepare(plan)) {
    try_programs(plan);
  } else {
    plan.word.error = errno;
  }
  if (plan.word_fd >= 0) call(SYS_write, plan.word_fd, &plan.word, sizeof plan.word);
  call(SYS_exit_group, 127);
  return 127;
}

std::vector<char*> pointers_to(const std::vector<std::string>& words)
{
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const auto& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string_view path_of(const ChildSpec& spec)
{
  for (const std::string_view pair : spec.env) {
    if (pair.substr(0, 5) == "PATH=") return pair.substr(5);
  }
  return "/usr/bin:/bin";
}

std::vector<std::string> candidates_for(const ChildSpec& spec)
{
  const auto& program = spec.argv[0];
  if (program.find('/') != std::string::npos) return {program};
  std::vector<std::string> candidates;
  for (const auto folder : split(path_of(spec), ':')) {
    candidates.push_back((folder.empty() ? "." : std::string{folder}) + "/" + program);
  }
  return candidates;
}

SpawnFailure no_account(const std::string& user, int error)
{
  const bool scarce = error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO;
  if (!scarce) return {125, "there is no user '" + printable(user) + "'"};
  return {125, "cannot look for user '" + printable(user) + "': " + std::strerror(error), true};
}

std::variant<Account, SpawnFailure> account_of(const std::string& user)
{
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  const int error = ::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return no_account(user, error);
  Account account{entry.pw_uid, entry.pw_gid, std::vector<gid_t>(64)};
  int count = static_cast<int>(account.groups.size());
  if (::getgrouplist(user.c_str(), account.gid, account.groups.data(), &count) < 0) {
    account.groups.resize(static_cast<std::size_t>(count));
    ::getgrouplist(user.c_str(), account.gid, account.groups.data(), &count);
  }
  account.groups.resize(static_cast<std::size_t>(count));
  return account;
}

SpawnFailure failure_of(const ChildSpec& spec, const Word& word)
{
  const int error = word.error;
  const std::string why = std::strerror(error);
  const auto program = printable(spec.argv[0]);
  switch (word.stage) {
    case Stage::descriptors:
      return {125, "cannot arrange descriptors: " + why};
    case Stage::limits:
      return {125, "cannot set limits: " + why};
    case Stage::user:
      return {125, "cannot become user '" + spec.user.value_or("") + "': " + why};
    case Stage::directory:
      return {125, "cannot enter directory '" + printable(spec.cwd) + "': " + why};
    case Stage::program:
      break;
  }
  if (error != ENOENT) return {126, "cannot run '" + program + "': " + why};
  const bool searched = spec.argv[0].find('/') == std::string::npos;
  return {127, "cannot run '" + program +
                   "': " + (searched ? "not found in PATH " + printable(path_of(spec)) : why)};
}

// The word that has come through the pipe, if one has.
std::optional<SpawnFailure> failure_from(int pipe, const ChildSpec& spec)
{
  Word word;
  if (::read(pipe, &word, sizeof word) != sizeof word) return std::nullopt;
  return failure_of(spec, word);
}

// Until the pipe has a word or an end; false where our patience ends before.
bool wait_for_word(int pipe)
{
  pollfd polled{pipe, POLLIN, 0};
  int ready = 0;
  while ((ready = ::poll(&polled, 1, start_patience)) < 0 && errno == EINTR) continue;
  return ready > 0;
}

void reap(int pid)
{
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
}

// The signals that this process ignores or handles. Asked once: 64 calls are much of a start.
std::vector<int> changed_signals()
{
  std::vector<int> changed;
  for (int signal = 1; signal <= 64; ++signal) {
    KernelAction action;
    call(SYS_rt_sigaction, signal, nullptr, &action, sizeof action.mask);
    if (action.handler != SIG_DFL) changed.push_back(signal);
  }
  return changed;
}

// No signal may reach a child that still shares our memory.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked()
  {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

class KernelSpawner final : public Spawner {
 public:
  static constexpr std::size_t stack_size = std::size_t{64} << 10;

  // Both are its own from then on.
  KernelSpawner(UniqueFd null, void* stack) : null_{std::move(null)}, stack_{stack} {}
  KernelSpawner(const KernelSpawner&) = delete;
  KernelSpawner& operator=(const KernelSpawner&) = delete;
  ~KernelSpawner() override { ::munmap(stack_, stack_size); }

  std::variant<Child, SpawnFailure> spawn(const ChildSpec& spec) override
  {
    Plan plan;
    plan.spec = &spec;
    plan.null_fd = null_.get();
    plan.changed_signals = &changed_signals_;
    plan.parent = ::getpid();
    plan.candidates = candidates_for(spec);
    plan.argv = pointers_to(spec.argv);
    plan.script_argv = plan.argv;
    plan.script_argv.insert(plan.script_argv.begin(), const_cast<char*>("/bin/sh"));
    plan.envp = pointers_to(spec.env);
    if (spec.user) {
      auto account = account_of(*spec.user);
      if (auto* failure = std::get_if<SpawnFailure>(&account)) return std::move(*failure);
      plan.account = std::get<Account>(std::move(account));
    }
    return spec.user ? fork(plan) : vfork(plan);
  }

 private:
  // Below 0: there is none.
  int clone(Plan& plan, int flags)
  {
    const AllSignalsBlocked blocked;
    auto* top = static_cast<char*>(stack_) + stack_size;
    return ASYNCZ_CLONE(run_child, top, flags | SIGCHLD, &plan);
  }

  std::variant<Child, SpawnFailure> vfork(Plan& plan)
  {
    const int pid = clone(plan, CLONE_VM | CLONE_VFORK);
    if (pid < 0) return no_process();
    const Word word{plan.word.stage, plan.word.error};
    if (word.error == 0) return Child{pid, {}};
    reap(pid);
    return failure_of(*plan.spec, word);
  }

  std::variant<Child, SpawnFailure> fork(Plan& plan)
  {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return no_process();
    const auto pipe = std::make_shared<UniqueFd>(ends[0]);
    UniqueFd other_end{ends[1]};
    plan.word_fd = other_end.get();
    const int pid = clone(plan, 0);
    if (pid < 0) return no_process();
    other_end.reset();
    if (!wait_for_word(pipe->get())) {
      return Child{pid, [pipe, spec = *plan.spec] { return failure_from(pipe->get(), spec); }};
    }
    auto failure = failure_from(pipe->get(), *plan.spec);
    if (!failure) return Child{pid, {}};
    ::kill(pid, SIGKILL);  // it is ending, unless its user has stopped it
    reap(pid);
    return *std::move(failure);
  }

  static SpawnFailure no_process()
  {
    return {125, std::string{"cannot fork: "} + std::strerror(errno), true};
  }

  UniqueFd null_;
  void* stack_;
  std::vector<int> changed_signals_ = changed_signals();
};

}  // namespace

Result<std::unique_ptr<Spawner>> make_spawner()
{
  const auto failed = [](std::string_view what) {
    return Error{ErrorKind::unavailable, std::string{what} + ": " + std::strerror(errno),
                 "no task could be started"};
  };
  UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  if (!null) return failed("cannot open /dev/null");
  void* stack = ::mmap(nullptr, KernelSpawner::stack_size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return failed("cannot start processes");
  return std::unique_ptr<Spawner>{std::make_unique<KernelSpawner>(std::move(null), stack)};
}

}  // namespace asyncz
