// SPDX-License-Identifier: MIT
// The output of runs: a file that the child itself appends to while it runs, sealed when it has
// ended. A file and never a pipe, so that it outlives the worker and can be followed.
//
//   TASK.FENCE.log     while the run lasts: in the clear, 0600
//   TASK.FENCE.sealed  afterwards; nothing at all where the run printed nothing
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "vault/vault.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace asyncz {

// The folder of this machine's logs: the store's own, else $XDG_STATE_HOME/asyncz/logs (for root
// /var/lib/asyncz/logs).
[[nodiscard]] std::string log_folder(const Store& store);

// --- For `logs` ---------------------------------------------------------------------------------

// What the run has printed, or has printed so far. Past its output limit a line in the middle says
// how much was left out.
//   not_found  this machine holds no output of this run: it printed nothing, ran elsewhere, or the
//              log has been pruned
//   corrupt    the seal does not verify
Result<std::string> read_log(Vault& vault, std::string_view run_id);

// The last `lines` lines of a text.
[[nodiscard]] std::string_view last_lines(std::string_view text, std::size_t lines);

// Gives `sink` what the run has printed (only the last `tail` lines, where that is given), then
// what it prints from now on as it comes, and returns when the run has ended or `sink` returns
// false. Sleeps in between; a signal that interrupts the sleep ends it too.
//   not_found, corrupt  as above
using LogSink = std::function<bool(std::string_view text)>;
Status follow_log(Vault& vault, std::string_view run_id, std::optional<std::size_t> tail,
                  const LogSink& sink);

// --- For the worker -----------------------------------------------------------------------------

// Makes the folder where it is missing (0700).
Status make_log_folder(const std::string& folder);

// Makes the logs of runs. For one thread.
class LogMaker {
 public:
  explicit LogMaker(std::string folder) : folder_{std::move(folder)} {}
  LogMaker(const LogMaker&) = delete;
  LogMaker& operator=(const LogMaker&) = delete;
  ~LogMaker();

  // Makes the file of the next make(), which then only names it: a new file may take as long as a
  // new process, where the file system looks for room among much that was removed lately.
  void prepare();

  // The empty file of a run that is about to start, open for appending.
  Result<UniqueFd> make(std::string_view run_id);

 private:
  std::string folder_;
  UniqueFd spare_;
  std::string spare_path_;
};

// The end of what was printed so far, at most `kept_output` bytes.
[[nodiscard]] std::string log_tail(int log);

// Frees what lies between the beginning and the end of a running log that has outgrown `limit`.
// Offsets stay, so whoever follows loses nothing but what is freed.
void trim_log(int log, std::int64_t limit);

// Seals the log of a run that has ended, cut to `limit`, and removes the clear file; removes it
// outright where it is empty.
//   not_found  there is no clear log of this run
Status end_log(Vault& vault, const std::string& folder, std::string_view run_id,
               std::int64_t limit);

// Which sealed logs are kept.
struct LogLimits {
  Instant written_since;
  std::int64_t bytes = 0;              // the newest, together
  std::int64_t runs_of_each_task = 0;  // the newest; 0 is all
};

// Removes the sealed logs beyond the limits, and what any LogMaker has made ahead, perhaps one that
// was killed; one that lives makes others.
Status prune_logs(const std::string& folder, const LogLimits& limits);

}  // namespace asyncz
