// SPDX-License-Identifier: MIT
// asyncz workers: the live workers of the store.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/terminal/table.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/task_view.hpp"
#include "cli/views/worker_view.hpp"

#include <algorithm>
#include <string>

namespace asyncz::cli {
namespace {

class Workers final : public Command {
 public:
  void declare(Options&) override {}

  Result<ExitStatus> run(Context& context) override
  {
    auto open = context.open(Access::read);
    if (!open) return open.error();
    auto workers = open->vault->workers();
    if (!workers) return workers.error();
    std::ranges::sort(*workers, {}, &WorkerInfo::name);
    if (context.globals().json) {
      JsonArray array{context};
      for (const WorkerInfo& worker : *workers) array.add(worker_value(worker));
      array.end();
    } else {
      print(context, *workers);
    }
    return 0;
  }

 private:
  // For people what may be long comes last; programs count columns from the left.
  static void print(Context& context, const std::vector<WorkerInfo>& workers)
  {
    const bool person = context.stdout_is_terminal();
    const Instant now = context.clock().now();
    Table table{
        context,
        {"NAME", "HOST", "PID", {"VERSION", Fit::drop}, "QUEUES", "SINCE", {"RUNNING", Fit::cut}}};
    for (const WorkerInfo& worker : workers) {
      const auto pid = std::to_string(worker.pid);
      const auto runs = worker.running.empty() ? "-" : joined(worker.running, ",");
      const auto queues = queues_text(worker);
      if (person) {
        table.row({worker.name, worker.host, pid, worker.version, queues,
                   distance_text(worker.since, now), runs});
      } else {
        table.row({worker.name, worker.host, pid, queues, runs, worker.version,
                   time_text(worker.since, Zone{})});
      }
    }
    table.end();
  }
};

}  // namespace

std::unique_ptr<Command> make_workers() { return std::make_unique<Workers>(); }

}  // namespace asyncz::cli
