// SPDX-License-Identifier: MIT
// Starting processes: the seam between a worker's decisions and the kernel.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asyncz {

// Everything a child gets. Descriptors are borrowed for the call.
struct ChildSpec {
  std::vector<std::string> argv;
  std::vector<std::string> env;  // K=V, complete
  std::string cwd;
  std::optional<std::uint32_t> umask;
  std::optional<std::string> user;  // switches uid, gid and groups; only root may
  std::optional<int> nice;
  std::vector<std::pair<int, std::uint64_t>> limits;  // RLIMIT_…, value
  int stdin_fd = -1;                                  // -1: /dev/null
  int output_fd = -1;                                 // stdout and stderr; -1: /dev/null
  int error_fd = -1;                                  // stderr where it is another one
  int lock_fd = -1;              // inherited open; every other descriptor above 2 is closed
  bool die_with_parent = false;  // parent-death signal (stores that work by leases)
};

// A child that could not be started, as a shell would report it.
struct SpawnFailure {
  int exit_status = 125;  // 127 not found, 126 not executable, 125 directory, user, limits
  std::string reason;
  bool scarce = false;  // this process is short of something: no fault of the command's
};

// Asked once, when a child that was still starting has ended: why its program never began, or
// nothing where it did.
using LateFailure = std::function<std::optional<SpawnFailure>()>;

struct Child {
  int pid = 0;
  LateFailure late_failure;  // empty: its program has begun
};

class Spawner {
 public:
  virtual ~Spawner() = default;

  // Starts it in a process group of its own, with default signal dispositions and an empty mask.
  // Returns when the child's program has begun or failed to; for another user, whose directories
  // and programs may be on a file system that lets us wait for ever, after a tenth of a second in
  // any case.
  virtual std::variant<Child, SpawnFailure> spawn(const ChildSpec& spec) = 0;
};

// The kernel's processes. To be used by one thread that lives as long as the children may: a
// parent-death signal follows the thread. Who reaps children reaps those that failed to start, too.
// Which signals are not at their default is asked here, once.
//   unavailable  what every child needs is not to be had: /dev/null, memory
Result<std::unique_ptr<Spawner>> make_spawner();

}  // namespace asyncz
