// SPDX-License-Identifier: MIT
// asyncz run: one more run of a task, now. Manual: man/asyncz-run.1.
#include "cli/commands.hpp"
#include "cli/foreground.hpp"
#include "cli/json.hpp"
#include "cli/resolve.hpp"
#include "cli/run_now.hpp"

#include <string>
#include <utility>

namespace asyncz::cli {
namespace {

class RunCommand final : public Command {
 public:
  void declare(Options& options) override
  {
    options.flag("--foreground", foreground_,
                 "Run it here, with its output and its exit status, and wait for it");
    options.words("TASK", tasks_, 1, 1, "The task to run", WordKind::task);
  }

  Result<ExitStatus> run(Context& context) override
  {
    auto open = context.open(Access::read);
    if (!open) return open.error();
    const auto id = open->vault->resolve(tasks_.front());
    if (!id) return id.error();
    if (foreground_) return run_here(context, *open, *id);

    const auto task = open->vault->get(*id);
    if (!task) return task.error();
    const auto now = context.clock().now();
    const auto added = run_now(*open, *task, now, now);
    if (!added) return added.error();
    if (context.globals().json) {
      print_json(context, ValueMap{{"id", *added}});
    } else {
      context.out(*added + "\n");
    }
    return 0;
  }

 private:
  // Our own failures are 125 here, so that they are no status of the task's.
  static Result<ExitStatus> run_here(Context& context, OpenStore& open, const std::string& id)
  {
    const auto status = run_in_foreground(context, open, id);
    if (status) return status;
    context.error(status.error());
    return 125;
  }

  bool foreground_ = false;
  std::vector<std::string> tasks_;
};

}  // namespace

std::unique_ptr<Command> make_run() { return std::make_unique<RunCommand>(); }

}  // namespace asyncz::cli
