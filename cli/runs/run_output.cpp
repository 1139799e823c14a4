// SPDX-License-Identifier: MIT
#include "cli/runs/run_output.hpp"

#include "run/run_log.hpp"

#include <utility>

namespace asyncz::cli {

Result<RunOutput> read_output(Vault& vault, const NamedRun& run)
{
  auto log = read_log(vault, run.id());
  if (log) return RunOutput{*std::move(log), false};
  if (log.error().kind != ErrorKind::not_found || !run.ended) return log.error();
  return RunOutput{run.ended->output, true};
}

}  // namespace asyncz::cli
