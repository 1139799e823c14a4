// SPDX-License-Identifier: MIT
// A run: what happened for one due time, or for a stretch of due times that did not run.
#pragma once

#include "time/instant.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asyncz {

enum class RunState : std::uint8_t {
  running,
  succeeded,
  failed,
  timed_out,
  cancelled,
  missed,   // later than the misfire grace time
  skipped,  // due while as many instances were running as may
  lost,     // interrupted; what came of it is not known
};

[[nodiscard]] std::string_view run_state_text(RunState state);
[[nodiscard]] std::optional<RunState> parse_run_state(std::string_view text);

// `SIGTERM`.
[[nodiscard]] std::string signal_name(int signal);

struct Run {
  std::string task;         // the task's id; for an instance ID@DUE, that of its task
  std::uint64_t fence = 0;  // of the reservation; `TASK.FENCE` names the run
  std::string name;
  std::string queue;
  RunState state = RunState::running;
  std::string reason;  // why, in words, where the state alone does not say
  Instant scheduled;
  std::int32_t attempt = 1;
  std::optional<Instant> start;
  std::optional<Instant> end;
  std::optional<int> exit_status;
  std::optional<int> signal;
  std::string worker;
  std::string host;
  Duration cpu{0};
  std::int64_t max_memory = 0;  // bytes
  std::string output;           // the last 4 KiB

  // A stretch of missed or skipped due times is one record.
  struct Stretch {
    Instant first;
    Instant last;
    std::optional<std::int64_t> count;  // where it is known without enumerating

    friend bool operator==(const Stretch&, const Stretch&) = default;
  };
  std::optional<Stretch> stretch;

  // For a one-shot that ended without success: the task itself (encoded), so that `retry` can add
  // it again. Empty otherwise.
  std::string task_record;

  // When the task (or instance) was made, and the revision of the sealed record that the run
  // followed from: by these an old copy of the record that is put back is known.
  Instant created;
  std::int64_t revision = 0;

  // `TASK.FENCE`; a stretch that was found under the same reservation as a run adds its state.
  [[nodiscard]] std::string id() const;

  friend bool operator==(const Run&, const Run&) = default;
};

inline constexpr std::size_t kept_output = 4096;

}  // namespace asyncz
