// SPDX-License-Identifier: MIT
#include "cli/worker/foreground.hpp"

#include "cli/runs/awaited.hpp"
#include "cli/runs/run_now.hpp"
#include "cli/views/run_view.hpp"
#include "run/worker.hpp"

#include <unistd.h>

#include <mutex>
#include <string_view>
#include <utility>

namespace asyncz::cli {
namespace {

// A worker may take what we were about to run ourselves, should we die before we do.
constexpr auto head_start = std::chrono::seconds{5};

// Of what a worker says, what concerns us: how the run went is told when it has ended.
class ForegroundLog final : public WorkerLog {
 public:
  explicit ForegroundLog(Context& context) : context_{context} {}

  void say(Severity severity, std::string_view run, std::string_view clause) override
  {
    if (severity != Severity::error) return;
    const std::lock_guard lock{mutex_};
    context_.warn((run.empty() ? "" : std::string{run} + ": ") + std::string{clause});
  }
  void output(std::string_view, std::string_view) override {}

 private:
  Context& context_;
  std::mutex mutex_;
};

Result<WorkerOptions> options_for(Context& context, const std::string& id)
{
  const auto settings = context.settings();
  if (!settings) return settings.error();
  WorkerOptions options;
  options.name = this_host().name + "-" + std::to_string(::getpid());
  options.version = ASYNCZ_VERSION;
  options.lease = (*settings)->worker.lease;
  options.queues = {{"@foreground", 1}};  // which no task is in
  options.once = true;
  options.only = id;
  return options;
}

// What is to be reserved for the run.
Result<std::string> prepare(Context& context, Vault& vault, const std::string& id)
{
  const auto task = vault.get(id);
  if (!task) return task.error();
  if (!task->task.recurring()) return id;
  const auto now = context.clock().now();
  return add_instance(vault, *task, now, now + head_start);
}

}  // namespace

Result<ExitStatus> run_in_foreground(Context& context, OpenStore& open, const std::string& id)
{
  const auto prepared = prepare(context, *open.vault, id);
  if (!prepared) return prepared.error();
  const auto awaited = Awaited::task(*open.vault, *prepared);
  if (!awaited) return awaited.error();
  const auto options = options_for(context, *prepared);
  if (!options) return options.error();

  context.flush();
  ForegroundLog log{context};
  const auto spawner = make_spawner();
  if (!spawner) return spawner.error();
  Worker worker{*open.vault, **spawner, context.clock(), *options, log};
  if (auto status = worker.run(); !status) return status.error();
  const auto run = awaited->newest(*open.vault);
  if (!run) return run.error();
  if (!*run) {
    return Error{ErrorKind::failed, "task " + id + " was not run",
                 "asyncz why " + id + " tells more"};
  }
  if (!(*run)->reason.empty()) context.warn((*run)->id() + ": " + (*run)->reason);
  return exit_status_of(**run);
}

}  // namespace asyncz::cli
