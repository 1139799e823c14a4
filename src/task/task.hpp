// SPDX-License-Identifier: MIT
// A task: what to run, when, and by which policy. A plain value; its defaults are those of
// `asyncz add`, and stand nowhere else.
#pragma once

#include "base/result.hpp"
#include "schedule/trigger.hpp"
#include "task/resource_limit.hpp"
#include "time/instant.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace asyncz {

enum class Overlap : std::uint8_t { skip, queue, replace };
enum class Delivery : std::uint8_t { at_least_once, at_most_once };
enum class OutputMode : std::uint8_t { capture, discard };

// A task that must have ended before this one may run.
struct Dependency {
  std::string id;
  bool any_end = false;  // however it ends; else only with success
  bool met = false;

  friend bool operator==(const Dependency&, const Dependency&) = default;
};

struct Task {
  std::string id;
  std::string name;               // free text; the command's first word unless said otherwise
  std::vector<std::string> argv;  // never empty
  bool shell = false;             // argv is one string for /bin/sh -c
  Trigger trigger;
  std::string timezone = "UTC";  // an IANA name
  std::string queue = "default";
  int priority = 0;  // -9 … 9, higher first

  bool coalesce = true;
  std::optional<Duration> misfire_grace_time;  // none: unlimited
  std::int32_t max_instances = 1;              // 1 … 10000
  Overlap overlap = Overlap::skip;
  Duration jitter{0};

  std::vector<Dependency> after;

  std::int32_t retries = 0;  // 0 … 1000000
  Duration retry_delay = std::chrono::seconds{10};
  double retry_backoff = 2;  // 1 … 1000
  Duration retry_max_delay = std::chrono::hours{1};

  std::optional<Duration> timeout;  // none: may run for ever
  Duration kill_grace = std::chrono::seconds{10};
  std::vector<int> success_exit_codes = {0};  // each 0 … 255; never empty
  Delivery delivery = Delivery::at_least_once;

  std::optional<std::string> cwd;      // none: the home directory
  std::optional<std::uint32_t> umask;  // none: the worker's
  // An environment captured at `add` replaces the worker's; otherwise `env` goes on top of it.
  bool env_captured = false;
  std::map<std::string, std::string> env;
  std::vector<std::string> unset_env;
  std::optional<std::string> user;  // none: the worker's
  std::optional<int> nice;
  std::vector<ResourceLimit> rlimit;
  std::string stdin_data;  // at most 1 MiB

  OutputMode output = OutputMode::capture;
  std::int64_t output_limit = std::int64_t{10} << 20;  // bytes a run

  std::optional<std::string> on_success;  // shell commands
  std::optional<std::string> on_failure;
  std::optional<std::string> on_end;

  std::vector<std::string> tags;
  bool paused = false;

  [[nodiscard]] bool recurring() const { return trigger.recurring(); }
  friend bool operator==(const Task&, const Task&) = default;
};

inline constexpr std::size_t largest_stdin = std::size_t{1} << 20;

// Checks all that the types cannot: ids, names, ranges, sizes, that no text holds NUL, that the
// time zone exists and the trigger compiles.
//   usage  the first rule that is broken, naming the field
Status validate(const Task& task);

}  // namespace asyncz
